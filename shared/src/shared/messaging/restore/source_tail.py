"""What Kafka knows of a source: how far its events reach. It is asked and not the log: services run without that.

Whoever may write there says what he likes of a number. What the source has not signed is passed over, and so is what no
client can decode; however much of it there is, what stands before it is found.
"""

import hashlib
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.partitioner import DefaultPartitioner

from shared.events import Event, InvalidEvent, SourceHeartbeat
from shared.events.topics import OPERATIONS, PUBLISHED_BY
from shared.messaging.consumer.raw_record import fetch_raw
from shared.messaging.consumer.undecodable import is_undecodable, split_batch
from shared.messaging.kafka import clients
from shared.messaging.signing.signature_verifier import SignatureVerifier, read
from shared.messaging.signing.stranger import Stranger
from shared.settings import ServiceSettings

READ_SECONDS = 20.0
POLL_MS = 500

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sent:
    """The number and hash of an event that left. `event_id` is None where only a heartbeat tells of it."""

    sequence: int
    hash: str
    event_id: str | None = None


async def sent_events(settings: ServiceSettings, verifier: SignatureVerifier | None) -> AsyncIterator[Sent]:
    """What Kafka has of this service, in no order."""
    async for event, value in own_events(settings, verifier):
        if sent := sent_by(event, value):
            yield sent


async def own_events(
    settings: ServiceSettings, verifier: SignatureVerifier | None
) -> AsyncIterator[tuple[Event, bytes]]:
    """The same as events with their bytes, heartbeats among them. Without keys each record is believed."""
    consumer = tail_consumer(settings)
    source = f"/{settings.service}"
    try:
        await consumer.start()
        partitions = consumer.assignment()
        ends = await consumer.end_offsets(partitions)
        begins = await consumer.beginning_offsets(partitions)
        consumer.pause(*(at for at in partitions if ends[at] == begins[at]))
        for at in sorted(partitions):  # one by one: then it is known whose batch cannot be decoded
            async for record in stretch(settings, consumer, at, begins[at], ends[at]):
                with suppress(InvalidEvent, Stranger):
                    event = read(record, verifier)
                    if event.source == source:
                        yield event, record.value
    finally:
        await consumer.stop()


def tail_consumer(settings: ServiceSettings) -> AIOKafkaConsumer:
    """Of the topics that this service writes. What Kafka forgets meanwhile is passed over, and no more."""
    topics = (*PUBLISHED_BY.get(settings.service, ()), OPERATIONS)
    return clients.consumer(
        settings,
        *topics,
        client_id=f"{settings.service}-tail",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        retry_backoff_ms=5,
        fetch_max_wait_ms=50,
        max_partition_fetch_bytes=2**20,
    )


def sent_by(event: Event, value: bytes) -> Sent | None:
    if isinstance(event.data, SourceHeartbeat):
        return Sent(event.data.sequence, event.data.hash) if event.data.hash else None
    return Sent(int(event.sequence), hashlib.sha256(value).hexdigest(), event.id) if event.sequence else None


async def stretch(
    settings: ServiceSettings, consumer: AIOKafkaConsumer, at: TopicPartition, first: int, end: int
) -> AsyncIterator[ConsumerRecord]:
    """The records of a partition from `first` to before `end`."""
    if await consumer.position(at) != first:
        consumer.seek(at, first)
    deadline = time.monotonic() + READ_SECONDS
    while await consumer.position(at) < end:
        records = await _next(settings, consumer, at)
        if records:
            deadline = time.monotonic() + READ_SECONDS
        elif time.monotonic() > deadline:
            raise TimeoutError(f"Kafka gives no more of {at}")
        for record in records:
            if record.offset < end:
                yield record


async def _next(settings: ServiceSettings, consumer: AIOKafkaConsumer, at: TopicPartition) -> Sequence[ConsumerRecord]:
    """Of a batch that the client cannot decode, what can be read; then on behind it."""
    try:
        found: dict[TopicPartition, list[ConsumerRecord]] = await consumer.getmany(at, timeout_ms=POLL_MS)
        return found.get(at, ())
    except Exception as error:
        if not is_undecodable(error):
            raise
    offset = await consumer.position(at)
    parts = split_batch(await fetch_raw(settings, at, offset), at, offset, "")
    log.warning("tail.undecodable", topic=at.topic, partition=at.partition, offset=offset)
    consumer.seek(at, parts.after)
    return parts.readable


def partition_of(key: str, partitions: set[TopicPartition]) -> TopicPartition | None:
    """Where the heartbeats of a source stand."""
    numbers = sorted(at.partition for at in partitions if at.topic == OPERATIONS)
    return TopicPartition(OPERATIONS, DefaultPartitioner()(key.encode(), numbers, numbers)) if numbers else None
