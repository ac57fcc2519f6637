"""SIGTERM to real processes: what is in hand is finished, and they end within 30 s whatever is dead."""

import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.events import DEADLINES
from shared.messaging import publish
from tiendo_local.servers import topics as kafka_topics
from tiendo_local.servers.broker import Broker

from .conftest import ServiceProbe, an_event
from .processes import END_SECONDS, Proxy, tiny
from .workers import a_group, until


@pytest.fixture
async def producer(broker: Broker) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all")
    await producer.start()
    yield producer
    await producer.stop()


@asynccontextmanager
async def reading(bootstrap: str, topic: str) -> AsyncIterator[Callable[[bytes], Awaitable[int]]]:
    """`await count(b"…")`: how many records with these bytes the topic was given since the beginning of the block."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    partitions = [TopicPartition(topic, p) for p in range(12)]

    async def count(mark: bytes) -> int:
        found = 0
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(one) < ends[one] for one in partitions]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += sum(mark in record.value for record in records)
        return found

    await consumer.start()
    try:
        consumer.assign(partitions)
        await consumer.seek_to_end(*partitions)
        yield count
    finally:
        await consumer.stop()


async def test_the_batch_in_hand_is_finished_and_committed(
    probe: ServiceProbe,
    broker: Broker,
    producer: AIOKafkaProducer,
    topics: Callable[..., str],
    tmp_path: Path,
) -> None:
    topic, group = topics("drain", partitions=1), a_group()
    events = [an_event() for _ in range(20)]
    for event in events:
        await producer.send(topic, event.to_bytes())
    await producer.flush()
    url = probe.settings.database_url.get_secret_value()
    async with tiny(tmp_path, bootstrap=broker.bootstrap, database=url, group=group, topic=topic, seconds=5) as process:
        await until(process.has_a_batch)
        code, took = await process.end()
    assert code == 0 and took < 15
    done = await probe.effects()
    assert done == [e.id for e in events[: len(done)]] and done
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        assert await consumer.committed(TopicPartition(topic, 0)) == len(done)
    finally:
        await consumer.stop()


async def test_what_the_relay_is_sending_is_acknowledged_and_deleted(
    probe: ServiceProbe, broker: Broker, tmp_path: Path
) -> None:
    kafka_topics.create(broker.bootstrap, [DEADLINES], partitions=12)
    group = a_group()
    async with probe.engine.begin() as tx:
        await publish(tx, *[an_event(source=f"/{group}") for _ in range(20_000)])

    async def left() -> int:
        return int((await probe.rows("select count(*) from outbox"))[0][0])

    async def sending() -> bool:
        return await left() < 20_000

    url = probe.settings.database_url.get_secret_value()
    async with (
        reading(broker.bootstrap, DEADLINES) as count,
        tiny(tmp_path, bootstrap=broker.bootstrap, database=url, group=group) as process,
    ):
        await until(sending)
        code, took = await process.end()
        assert code == 0 and took < 15
        assert 0 < await left() < 20_000
        assert await count(f'"source":"/{group}"'.encode()) == 20_000 - await left()


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
async def test_with_a_dead_broker_it_ends_in_time(
    probe: ServiceProbe, own_broker: Broker, unique: Callable[[str], str], tmp_path: Path, how: signal.Signals
) -> None:
    if own_broker.child is None:
        pytest.skip("the broker is not ours to kill")
    topic = unique("dead")
    kafka_topics.create(own_broker.bootstrap, [topic, DEADLINES], partitions=1)
    producer = AIOKafkaProducer(bootstrap_servers=own_broker.bootstrap)
    await producer.start()
    await producer.send_and_wait(topic, an_event().to_bytes())
    await producer.stop()
    url = probe.settings.database_url.get_secret_value()
    async with tiny(
        tmp_path, bootstrap=own_broker.bootstrap, database=url, group=a_group(), topic=topic, seconds=3
    ) as process:
        await until(process.has_a_batch)
        own_broker.child.process.send_signal(how)  # type: ignore[union-attr]
        async with probe.engine.begin() as tx:
            await publish(tx, *[an_event() for _ in range(10)])
        _, took = await process.end()
    assert took < END_SECONDS
    assert len(await probe.effects()) == 1
    assert len(await probe.rows("select 1 from outbox")) == 10


async def test_with_a_dead_database_it_ends_in_time(
    probe: ServiceProbe,
    broker: Broker,
    producer: AIOKafkaProducer,
    topics: Callable[..., str],
    tmp_path: Path,
) -> None:
    topic = topics("dead", partitions=1)
    await producer.send_and_wait(topic, an_event().to_bytes())
    async with (
        Proxy(probe.settings.database_url.get_secret_value()) as proxy,
        tiny(
            tmp_path, bootstrap=broker.bootstrap, database=proxy.url, group=a_group(), topic=topic, seconds=2
        ) as process,
    ):
        await until(process.has_a_batch)
        proxy.freeze()
        _, took = await process.end()
    assert took < END_SECONDS
    assert await probe.effects() == []
