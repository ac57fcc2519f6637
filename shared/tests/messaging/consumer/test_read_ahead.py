"""Read ahead of the batch in hand on a real broker: nothing that was only read is committed, lost or applied twice."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events import Event
from shared.messaging import Received, ServiceWorker
from shared.messaging.consumer import read_ahead, rebalance, subscription
from tiendo_local.broken_batch import send_broken
from tiendo_local.servers.broker import Broker

from ..conftest import ServiceProbe, an_event
from ..workers import a_group, a_worker, settings_of, settled, until

PARTITIONS = 3
FULL = 20


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "MAX_RECORDS", FULL)
    monkeypatch.setattr(read_ahead, "SLICE", 3)


@pytest.fixture
async def lagging(broker: Broker, topics: Callable[..., str]) -> AsyncIterator[tuple[str, list[Event]]]:
    """A topic with many full batches, and their events."""
    topic, events = topics("ahead", partitions=PARTITIONS), [an_event(key=f"key-{n % 5}") for n in range(10 * FULL)]
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all") as producer:
        for event in events:
            await producer.send(topic, event.to_bytes(), key=event.subject.encode())
        await producer.flush()
        yield topic, events


async def committed(broker: Broker, group: str, topic: str) -> int:
    reader = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, group_id=group, enable_auto_commit=False)
    async with reader as consumer:
        return sum([await consumer.committed(TopicPartition(topic, p)) or 0 for p in range(PARTITIONS)])


async def _is_ahead(worker: ServiceWorker) -> bool:
    """Whether a whole batch has been taken behind the one in hand."""
    assert worker._subscription
    return len(worker._subscription._ahead._records) == FULL


async def test_only_what_was_applied_is_committed(
    probe: ServiceProbe, broker: Broker, lagging: tuple[str, list[Event]]
) -> None:
    """As after kill -9 in the middle of the third batch: a new worker begins behind the second."""
    topic, events = lagging
    group, batches = a_group(), 0
    hang = asyncio.Event()

    async def third_hangs(tx: AsyncConnection, received: list[Received]) -> None:
        nonlocal batches
        batches += 1
        if batches == 3:
            hang.set()
            await asyncio.sleep(3600)
        await probe.apply(tx, received)

    worker = a_worker(probe, settings_of(probe, broker, group), topic, third_hangs)
    await worker.start()
    try:
        async with asyncio.timeout(30):
            await hang.wait()
            await until(lambda: _is_ahead(worker))
        assert await committed(broker, group, topic) == 2 * FULL == len(await probe.effects())
    finally:
        for task in worker._subscription._subscriber.tasks if worker._subscription else ():
            task.cancel()
        await worker.stop()
    second = a_worker(probe, settings_of(probe, broker, group), topic)
    await second.start()
    try:
        await until(lambda: _has(probe, len(events)))
        await until(lambda: _committed_all(broker, group, topic, len(events)))
    finally:
        await second.stop()
    assert sorted(await probe.effects()) == sorted(event.id for event in events)


async def test_a_worker_has_the_gist_of_what_it_read_ahead_and_of_what_it_did_not(
    probe: ServiceProbe, broker: Broker, lagging: tuple[str, list[Event]]
) -> None:
    topic, events = lagging
    gists: list[object] = []

    async def noted(tx: AsyncConnection, received: list[Received]) -> None:
        gists.extend(one.gist for one in received)

    worker = a_worker(
        probe, settings_of(probe, broker, a_group()), topic, noted, gist_of=lambda event: f"gist of {event.id}"
    )
    await worker.start()
    try:
        await until(lambda: _has_come(gists, len(events)))
        late = an_event()
        async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
            await producer.send_and_wait(topic, late.to_bytes(), key=b"late")
        await until(lambda: _has_come(gists, len(events) + 1))
    finally:
        await worker.stop()
    assert sorted(map(str, gists)) == sorted(f"gist of {event.id}" for event in (*events, late))


async def _has_come(gists: list[object], n: int) -> bool:
    return len(gists) >= n


async def test_a_worker_that_stops_has_committed_what_it_applied(
    probe: ServiceProbe, broker: Broker, lagging: tuple[str, list[Event]]
) -> None:
    topic, events = lagging
    group, third = a_group(), asyncio.Event()
    applied = 0

    async def noted(tx: AsyncConnection, received: list[Received]) -> None:
        nonlocal applied
        applied += len(received)
        if applied == 3 * FULL:
            third.set()
            await asyncio.sleep(0.5)
        await probe.apply(tx, received)

    worker = a_worker(probe, settings_of(probe, broker, group), topic, noted)
    await worker.start()
    async with asyncio.timeout(30):
        await third.wait()
    await worker.stop()
    assert applied < len(events), "it stopped with a batch ahead"
    assert await committed(broker, group, topic) == len(await probe.effects()) == applied


async def test_a_batch_that_fails_comes_again_and_what_was_ahead_of_it_after_it(
    probe: ServiceProbe, broker: Broker, lagging: tuple[str, list[Event]]
) -> None:
    topic, events = lagging
    group, applied, failures = a_group(), list[Event](), 0

    async def second_fails_once(tx: AsyncConnection, received: list[Received]) -> None:
        nonlocal failures
        if len(applied) == FULL and not failures:
            failures += 1
            await asyncio.sleep(0.1)  # what is ahead has been decoded
            raise OSError("the database is away")
        await probe.apply(tx, received)
        applied.extend(one.event for one in received)

    worker = a_worker(probe, settings_of(probe, broker, group), topic, second_fails_once)
    await worker.start()
    try:
        await until(lambda: _has(probe, len(events)))
        await until(lambda: _committed_all(broker, group, topic, len(events)))
    finally:
        await worker.stop()
    assert failures == 1
    assert sorted(event.id for event in applied) == sorted(event.id for event in events)
    for subject in {event.subject for event in events}:  # in the order of each key
        assert [e.id for e in applied if e.subject == subject] == [e.id for e in events if e.subject == subject]


async def test_what_was_ahead_when_its_partitions_went_is_the_next_owners(
    probe: ServiceProbe, broker: Broker, lagging: tuple[str, list[Event]]
) -> None:
    topic, events = lagging
    group, in_hand, tried = a_group(), asyncio.Event(), list[str]()

    async def slow_once(tx: AsyncConnection, received: list[Received]) -> None:
        tried.extend(one.event.id for one in received)
        if not in_hand.is_set():
            in_hand.set()
            await asyncio.sleep(4)
        await probe.apply(tx, received)

    settings = settings_of(probe, broker, group)
    first, second = (a_worker(probe, settings, topic, slow_once) for _ in range(2))
    await first.start()
    try:
        await in_hand.wait()
        await second.start()
        await settled(first, second, partitions=PARTITIONS)
        await until(lambda: _has(probe, len(events)))
        await until(lambda: _committed_all(broker, group, topic, len(events)))
    finally:
        await asyncio.gather(first.stop(), second.stop())
    assert sorted(tried) == sorted(event.id for event in events), "none was tried twice"


async def test_what_the_client_cannot_decode_is_met_by_the_next_fetch(
    probe: ServiceProbe, broker: Broker, topics: Callable[..., str]
) -> None:
    """The client loses what it had taken from other partitions with it: all of it comes again."""
    topic, group = topics("ahead-undecodable", partitions=PARTITIONS), a_group()
    events = [an_event() for _ in range(6 * FULL)]
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all") as producer:
        for number, event in enumerate(events):
            if number == 2 * FULL:
                await send_broken(producer, topic, [b"{}"], broken=0)
            await producer.send_and_wait(topic, event.to_bytes(), key=event.subject.encode())
    worker = a_worker(probe, settings_of(probe, broker, group), topic)
    await worker.start()
    try:
        await until(lambda: _has(probe, len(events)))
        await until(lambda: _committed_all(broker, group, topic, len(events) + 1))
    finally:
        await worker.stop()
    assert sorted(await probe.effects()) == sorted(event.id for event in events)


async def _has(probe: ServiceProbe, n: int) -> bool:
    return len(await probe.effects()) >= n


async def _committed_all(broker: Broker, group: str, topic: str, n: int) -> bool:
    return await committed(broker, group, topic) == n


async def test_a_handover_that_did_not_wait_commits_nothing_that_was_ahead(
    probe: ServiceProbe, broker: Broker, lagging: tuple[str, list[Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch in hand takes longer than the group waits, and ends while Kafka still takes this worker's offsets."""
    monkeypatch.setattr(rebalance, "HANDOVER_SECONDS", 0.1)
    topic, _ = lagging
    group, in_hand, go_on = a_group(), asyncio.Event(), asyncio.Event()

    async def waits(tx: AsyncConnection, received: list[Received]) -> None:
        in_hand.set()
        await go_on.wait()
        await probe.apply(tx, received)

    worker = a_worker(probe, settings_of(probe, broker, group), topic, waits)
    await worker.start()
    try:
        async with asyncio.timeout(30):
            await in_hand.wait()
            await until(lambda: _is_ahead(worker))
        assert worker._subscription
        await worker._subscription.rebalance.on_partitions_revoked(worker.partitions())
        go_on.set()
        await until(lambda: _has(probe, FULL))
        await until(lambda: _committed_all(broker, group, topic, FULL))
        await asyncio.sleep(0.3)
        assert await committed(broker, group, topic) == FULL == len(await probe.effects())
    finally:
        await worker.stop()
