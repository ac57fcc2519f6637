"""Outbox, relay, inbox, dead letters and the batch consumer: how events leave a service and how they take effect."""

from shared.messaging.consumer.batch_consumer import Apply, BatchConsumer, Contradicted, Contradicting, by_topic
from shared.messaging.consumer.received import Received
from shared.messaging.outbox import EventTooLarge, publish, publish_each, publishing
from shared.messaging.relay.relay import Relay
from shared.messaging.tables import MessagingTables, create_messaging_tables, messaging_tables
from shared.messaging.worker import ServiceWorker

__all__ = [
    "Apply",
    "BatchConsumer",
    "Contradicted",
    "Contradicting",
    "EventTooLarge",
    "MessagingTables",
    "Received",
    "Relay",
    "ServiceWorker",
    "by_topic",
    "create_messaging_tables",
    "messaging_tables",
    "publish",
    "publish_each",
    "publishing",
]
