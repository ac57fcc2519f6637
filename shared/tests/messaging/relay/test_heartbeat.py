"""Heartbeats on a real broker: what they announce is what a reader of the topics has seen."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.events import DEADLINES, OPERATIONS, Event, SourceHeartbeat, parse
from shared.messaging import Relay, publish
from shared.settings import ServiceSettings
from tiendo_local.servers import topics as kafka_topics
from tiendo_local.servers.broker import Broker

from ..conftest import ServiceProbe, an_event, own_settings

VERSION = "c" * 64


class Reader:
    """Reads one topic from its end at the time it was made."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer

    async def next(self, source: str) -> tuple[Event, bytes]:
        async with asyncio.timeout(20):
            while True:
                record = await self._consumer.getone()
                if (event := parse(record.value)).source == source:
                    assert record.key == event.subject.encode()
                    return event, record.value


async def reader_of(topic: str, broker: Broker) -> Reader:
    kafka_topics.create(broker.bootstrap, [topic], partitions=12)
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, fetch_max_wait_ms=50)
    await consumer.start()
    partitions = [TopicPartition(topic, p) for p in range(12)]
    consumer.assign(partitions)
    await consumer.seek_to_end(*partitions)
    return Reader(consumer)


@pytest.fixture
async def beats(broker: Broker) -> AsyncIterator[Reader]:
    reader = await reader_of(OPERATIONS, broker)
    yield reader
    await reader._consumer.stop()


@pytest.fixture
async def left(broker: Broker) -> AsyncIterator[Reader]:
    reader = await reader_of(DEADLINES, broker)
    yield reader
    await reader._consumer.stop()


@pytest.fixture
async def producer(broker: Broker) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, enable_idempotence=broker.idempotent, acks="all")
    await producer.start()
    yield producer
    await producer.stop()


@pytest.fixture
def settings(probe: ServiceProbe, broker: Broker, unique: Callable[[str], str]) -> ServiceSettings:
    return own_settings(probe.settings, broker, unique("probe"))


def said(event: Event) -> SourceHeartbeat:
    assert isinstance(event.data, SourceHeartbeat)
    assert event.sequence is None and event.catalogueversion == VERSION
    return event.data


async def test_it_announces_what_has_left(
    probe: ServiceProbe, settings: ServiceSettings, producer: AIOKafkaProducer, beats: Reader, left: Reader
) -> None:
    relay = Relay(probe.engine, settings, catalogue_version=VERSION, batch=3)
    source = f"/{settings.service}"
    assert await relay.beat(producer)
    assert said((await beats.next(source))[0]) == SourceHeartbeat(sequence=0, hash=None, pending=0)

    events = [an_event(key="one", source=source) for _ in range(6)]
    async with probe.engine.begin() as tx:
        await publish(tx, *events)
    await relay.step(producer)
    await relay.beat(producer)
    assert said((await beats.next(source))[0]) == SourceHeartbeat(sequence=0, hash=None, pending=6)

    for pending in (3, 0):
        await relay.step(producer)
        seen = [await left.next(source) for _ in range(3)]
        await relay.beat(producer)
        last, body = seen[-1]
        announced = said((await beats.next(source))[0])
        assert announced == SourceHeartbeat(
            sequence=int(last.sequence or 0), hash=hashlib.sha256(body).hexdigest(), pending=pending
        )


async def test_with_another_instance_sending_it_is_silent(
    probe: ServiceProbe, settings: ServiceSettings, producer: AIOKafkaProducer
) -> None:
    relay = Relay(probe.engine, settings, catalogue_version=VERSION)
    async with probe.engine.begin() as other:
        await other.exec_driver_sql("select pg_advisory_xact_lock(727002)")
        assert not await relay.beat(producer)
    assert await relay.beat(producer)


async def test_it_beats_under_continuous_load(
    probe: ServiceProbe, settings: ServiceSettings, beats: Reader, left: Reader
) -> None:
    source = f"/{settings.service}"
    relay = Relay(probe.engine, settings, catalogue_version=VERSION, heartbeat_seconds=0.2)
    running = asyncio.create_task(relay.run())

    async def load() -> None:
        while True:
            async with probe.engine.begin() as tx:
                await publish(tx, *[an_event(source=source) for _ in range(50)])

    loading = asyncio.create_task(load())
    try:
        announced: list[SourceHeartbeat] = []
        async with asyncio.timeout(60):
            while len({beat.sequence for beat in announced}) < 4:
                announced.append(said((await beats.next(source))[0]))
    finally:
        loading.cancel()
        relay.stop()
        async with asyncio.timeout(30):
            await running
    sequences = [beat.sequence for beat in announced]
    assert sequences == sorted(sequences)
    hashes: dict[int, str | None] = {0: None}
    while not hashes.keys() >= set(sequences):
        event, body = await left.next(source)
        hashes[int(event.sequence or 0)] = hashlib.sha256(body).hexdigest()
    assert [beat.hash for beat in announced] == [hashes[sequence] for sequence in sequences]
