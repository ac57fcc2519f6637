"""Workers of a group come and go on a real broker: nothing lost, nothing applied twice, nothing even tried twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database.engine import create_engine
from shared.messaging import Received, ServiceWorker
from tiendo_local.servers.broker import Broker

from ..conftest import ServiceProbe, an_event
from ..workers import a_group, a_worker, counted, settings_of, settled, until

PARTITIONS = 12


@pytest.fixture
async def producer(broker: Broker) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all")
    await producer.start()
    yield producer
    await producer.stop()


async def committed(broker: Broker, group: str, topic: str) -> int:
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        return sum([await consumer.committed(TopicPartition(topic, p)) or 0 for p in range(PARTITIONS)])
    finally:
        await consumer.stop()


async def test_a_second_worker_joins_during_a_batch(
    probe: ServiceProbe,
    broker: Broker,
    producer: AIOKafkaProducer,
    topics: Callable[..., str],
) -> None:
    topic, group = topics("handover", partitions=PARTITIONS), a_group()
    tried: Counter[str] = Counter()
    in_hand = asyncio.Event()

    async def slow_once(tx: AsyncConnection, received: list[Received]) -> None:
        tried.update(r.event.id for r in received)
        if not in_hand.is_set():
            in_hand.set()
            await asyncio.sleep(8)  # longer than the session: only heartbeats keep the partitions
            assert not second.partitions(), "the partitions went before the batch was done"
        await probe.apply(tx, received)

    settings = settings_of(probe, broker, group)
    first, second = (a_worker(probe, settings, topic, slow_once) for _ in range(2))
    events = [an_event() for _ in range(60)]
    await first.start()
    try:
        await settled(first, partitions=PARTITIONS)
        for event in events[:30]:
            await producer.send_and_wait(topic, event.to_bytes(), key=event.subject.encode())
        await in_hand.wait()
        await second.start()
        await settled(first, second, partitions=PARTITIONS)
        for event in events[30:]:
            await producer.send_and_wait(topic, event.to_bytes(), key=event.subject.encode())
        await until(lambda: _has(probe, len(events)))
    finally:
        await asyncio.gather(first.stop(), second.stop())
    assert set(tried.values()) == {1}
    assert sorted(await probe.effects()) == sorted(e.id for e in events)
    assert counted("tiendo_inbox_duplicates_total", service=group, topic=topic) == 0
    assert await committed(broker, group, topic) == len(events)


async def _has(probe: ServiceProbe, n: int) -> bool:
    return len(await probe.effects()) >= n


async def test_from_one_worker_to_twelve_and_back_while_events_flow(
    probe: ServiceProbe,
    broker: Broker,
    producer: AIOKafkaProducer,
    topics: Callable[..., str],
) -> None:
    topic, group = topics("scale", partitions=PARTITIONS), a_group()
    settings = settings_of(probe, broker, group)
    sent: list[str] = []
    enough = asyncio.Event()

    async def flow() -> None:
        while not enough.is_set():
            events = [an_event() for _ in range(20)]
            await asyncio.gather(*[await producer.send(topic, e.to_bytes(), key=e.subject.encode()) for e in events])
            sent.extend(e.id for e in events)
            await asyncio.sleep(0.1)

    workers: list[ServiceWorker] = []

    async def grow(to: int) -> None:
        fresh = [
            ServiceWorker(settings, create_engine(settings, pool_size=2), effects={topic: probe.apply})
            for _ in range(to - len(workers))
        ]
        workers.extend(fresh)
        await asyncio.gather(*(worker.start() for worker in fresh))
        await settled(*workers, partitions=PARTITIONS)

    flowing = asyncio.create_task(flow())
    try:
        for size in (1, 2, 5, 12):
            await grow(size)
        while len(workers) > 1:
            leaving, workers[:] = workers[1:4], [workers[0], *workers[4:]]
            await asyncio.gather(*(worker.stop() for worker in leaving))
            await settled(*workers, partitions=PARTITIONS)
        enough.set()
        await flowing
        await until(lambda: _has(probe, len(sent)))
    finally:
        enough.set()
        await asyncio.gather(flowing, *(worker.stop() for worker in workers), return_exceptions=True)
    assert Counter(await probe.effects()) == Counter(sent)
    assert counted("tiendo_inbox_duplicates_total", service=group, topic=topic) == 0
    assert await probe.rows("select 1 from dead_letter") == []
    assert await committed(broker, group, topic) == len(sent)


@pytest.mark.parametrize(("gather_seconds", "most", "least"), [(1.5, 3, 2), (0.0, 30, 8)])
async def test_what_comes_one_by_one_is_gathered_and_the_first_waits_for_nothing(
    probe: ServiceProbe,
    broker: Broker,
    producer: AIOKafkaProducer,
    topics: Callable[..., str],
    gather_seconds: float,
    most: int,
    least: int,
) -> None:
    topic, group = topics("gathered", partitions=PARTITIONS), a_group()
    batches: list[int] = []
    first = asyncio.Event()

    async def noted(tx: AsyncConnection, received: list[Received]) -> None:
        batches.append(len(received))
        first.set()
        await probe.apply(tx, received)

    worker = a_worker(probe, settings_of(probe, broker, group), topic, noted, gather_seconds=gather_seconds)
    events = [an_event() for _ in range(30)]
    await worker.start()
    try:
        await settled(worker, partitions=PARTITIONS)
        await producer.send_and_wait(topic, events[0].to_bytes(), key=events[0].subject.encode())
        async with asyncio.timeout(4):
            await first.wait()
        for event in events[1:]:
            await producer.send_and_wait(topic, event.to_bytes(), key=event.subject.encode())
            await asyncio.sleep(0.01)
        await until(lambda: _has(probe, len(events)))
    finally:
        await worker.stop()
    assert batches[0] == 1
    assert least <= len(batches) <= most, batches
