"""What Kafka knows of a source: how far its events reach. It is asked and not the log: services run without that."""

import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.partitioner import DefaultPartitioner

from shared.events import Event, InvalidEvent, SourceHeartbeat, parse
from shared.events.topics import OPERATIONS, PUBLISHED_BY
from shared.messaging.kafka import clients
from shared.settings import ServiceSettings

LAST_RECORDS = 20  # of each partition of a topic that is the source's own
LAST_BEATS = 500  # of the one partition with its heartbeats, which other sources may share
READ_SECONDS = 20.0
POLL_MS = 500


@dataclass(frozen=True, slots=True)
class Sent:
    """The number and hash of an event that left. `event_id` is None where only a heartbeat tells of it."""

    sequence: int
    hash: str
    event_id: str | None = None


async def source_tail(settings: ServiceSettings) -> Sent | None:
    """The last event that Kafka has of this service, or has heard of. Raises KafkaError, OSError, TimeoutError."""
    last: Sent | None = None
    async for sent in sent_events(settings, at_most=LAST_RECORDS):
        if last is None or sent.sequence > last.sequence:
            last = sent
    return last


async def sent_events(settings: ServiceSettings, at_most: int | None = None) -> AsyncIterator[Sent]:
    """What Kafka has of this service, in no order; of each partition the last `at_most`."""
    async for event, value in own_events(settings, at_most):
        if sent := _sent(event, value):
            yield sent


async def own_events(settings: ServiceSettings, at_most: int | None = None) -> AsyncIterator[tuple[Event, bytes]]:
    """The same as events with their bytes, heartbeats among them."""
    topics = (*PUBLISHED_BY.get(settings.service, ()), OPERATIONS)
    consumer = clients.consumer(
        settings,
        *topics,
        client_id=f"{settings.service}-tail",
        enable_auto_commit=False,
        retry_backoff_ms=5,
        fetch_max_wait_ms=50,
        max_partition_fetch_bytes=2**20,
    )
    source = f"/{settings.service}"
    try:
        await consumer.start()
        async for record in _tail(consumer, source, at_most):
            with suppress(InvalidEvent):
                event = parse(record.value)
                if event.source == source:
                    yield event, record.value
    finally:
        await consumer.stop()


def _sent(event: Event, value: bytes) -> Sent | None:
    if isinstance(event.data, SourceHeartbeat):
        return Sent(event.data.sequence, event.data.hash) if event.data.hash else None
    return Sent(int(event.sequence), hashlib.sha256(value).hexdigest(), event.id) if event.sequence else None


async def _tail(consumer: AIOKafkaConsumer, source: str, at_most: int | None) -> AsyncIterator[ConsumerRecord]:
    partitions = consumer.assignment()
    beats = _partition_of(source, partitions)
    ends = await consumer.end_offsets(partitions)
    begins = await consumer.beginning_offsets(partitions)
    for at in partitions:
        most = LAST_BEATS if at == beats else at_most
        consumer.seek(at, begins[at] if most is None else max(begins[at], ends[at] - most))
    waiting = {at for at in partitions if ends[at] > begins[at]}
    consumer.pause(*(partitions - waiting))
    deadline = time.monotonic() + READ_SECONDS
    while waiting:
        found = await consumer.getmany(timeout_ms=POLL_MS)
        if found:
            deadline = time.monotonic() + READ_SECONDS
        elif time.monotonic() > deadline:
            raise TimeoutError(f"Kafka gives no more of {sorted(waiting)[0]}")
        for records in found.values():
            for record in records:
                yield record
        waiting = {at for at in waiting if await consumer.position(at) < ends[at]}


def _partition_of(key: str, partitions: set[TopicPartition]) -> TopicPartition | None:
    """Where the heartbeats of a source stand."""
    numbers = sorted(at.partition for at in partitions if at.topic == OPERATIONS)
    return TopicPartition(OPERATIONS, DefaultPartitioner()(key.encode(), numbers, numbers)) if numbers else None
