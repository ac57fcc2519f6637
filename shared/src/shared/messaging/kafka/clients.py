"""The factory of every Kafka client. `tests/house/test_kafka_clients.py` finds one that is made elsewhere.

`options` are the client's own. Each raises OSError when a file of the settings is no more.
"""

from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from faststream.kafka import KafkaBroker

from shared.messaging.kafka.security import broker_options, client_options
from shared.settings import KafkaSettings


def producer(settings: KafkaSettings, **options: Any) -> AIOKafkaProducer:
    return AIOKafkaProducer(**client_options(settings), **options)


def consumer(settings: KafkaSettings, *topics: str, **options: Any) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(*topics, **client_options(settings), **options)


def admin(settings: KafkaSettings, **options: Any) -> AIOKafkaAdminClient:
    return AIOKafkaAdminClient(**client_options(settings), **options)


def client(settings: KafkaSettings, **options: Any) -> AIOKafkaClient:
    """The bare client, for requests of one's own."""
    return AIOKafkaClient(**client_options(settings), **options)


def broker(settings: KafkaSettings, **options: Any) -> KafkaBroker:
    return KafkaBroker(**broker_options(settings), **options)
