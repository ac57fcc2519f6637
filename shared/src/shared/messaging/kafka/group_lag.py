"""How many records of its topics a consumer group has not committed, asked of the broker itself.

The broker and not the worker: it also knows of a worker that is down.
"""

import asyncio
from collections.abc import Collection
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.messaging.kafka import clients
from shared.settings import KafkaSettings

ASK_SECONDS = 2.0
CLOSE_SECONDS = 0.5


async def group_lag(settings: KafkaSettings, group: str, topics: Collection[str]) -> dict[TopicPartition, int]:
    """Of every partition of the topics. Takes connections of its own, for `ASK_SECONDS` and `CLOSE_SECONDS` at most.

    Raises KafkaError, OSError, TimeoutError. A broker whose end offsets are wrong (`kafka_idempotent` is false: Tansu)
    gives no answer that is worth anything.
    """
    timeout = {"request_timeout_ms": int(ASK_SECONDS * 1000)}
    admin = clients.admin(settings, **timeout)
    # It learns of one topic after the other, each after such a pause: 0.6 s for those of audit if it were the usual.
    consumer = clients.consumer(settings, enable_auto_commit=False, retry_backoff_ms=5, **timeout)
    try:
        async with asyncio.timeout(ASK_SECONDS):
            await admin.start()
            await consumer.start()
            return await _lag(admin, consumer, group, sorted(topics))
    finally:
        await _close(admin, consumer)


async def _lag(
    admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, group: str, topics: list[str]
) -> dict[TopicPartition, int]:
    described = await admin.describe_topics(topics)
    partitions = [TopicPartition(one["topic"], part["partition"]) for one in described for part in one["partitions"]]
    if not partitions:
        return {}
    committed = await admin.list_consumer_group_offsets(group)
    begins = await consumer.beginning_offsets(partitions)
    ends = await consumer.end_offsets(partitions)
    positions = {one: max(begins[one], committed[one].offset if one in committed else 0) for one in partitions}
    return {one: max(0, ends[one] - positions[one]) for one in partitions}


async def _close(admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await asyncio.gather(consumer.stop(), admin.close(), return_exceptions=True)
