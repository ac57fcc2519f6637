"""A little poison is set aside, a lot of it stops the consumer: by rule, and on a real broker."""

import asyncio
from collections.abc import Callable

import pytest
from aiokafka import AIOKafkaProducer

from shared.messaging.consumer.batch_consumer import BatchConsumer
from shared.messaging.consumer.poison import PoisonGate, PoisonLimit, PoisonLimitReached
from tiendo_local.broken_batch import send_broken
from tiendo_local.servers.broker import Broker

from ..conftest import ServiceProbe, a_record, an_event
from ..workers import a_group, a_worker, counted, settings_of, until

LIMIT = PoisonLimit(share=0.2, least=10, window_seconds=600, retry_seconds=30)


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def take(gate: PoisonGate, records: int, poison: int) -> bool:
    try:
        gate.check(records, poison, "example")
    except PoisonLimitReached:
        return False
    gate.took(records, poison)
    return True


def test_ordinary_poison_passes() -> None:
    gate = PoisonGate("probe", LIMIT)
    assert take(gate, 9, 9)  # fewer than `least`
    assert take(gate, 500, 90)
    assert all(take(gate, 100, 20) for _ in range(50))
    assert gate.stopped is None


def test_it_stops_at_the_limit_and_a_healthy_batch_starts_it_again() -> None:
    gate = PoisonGate("probe", LIMIT)
    assert take(gate, 9, 9)
    assert not take(gate, 5, 1)
    assert gate.stopped and "POISON_SHARE=0.2" in gate.stopped and "example" in gate.stopped
    assert take(gate, 5, 0)
    assert gate.stopped is None


def test_the_window_moves_on_but_not_while_stopped() -> None:
    time = Time()
    gate = PoisonGate("probe", LIMIT, time)
    assert take(gate, 9, 9)
    time.now = 601
    assert take(gate, 9, 9)
    assert not take(gate, 9, 9)
    time.now = 3000
    assert not take(gate, 9, 9)


async def test_a_batch_over_the_limit_is_rolled_back_whole(probe: ServiceProbe) -> None:
    gate = PoisonGate("probe", LIMIT)
    events = [an_event("poison" if n % 2 else "T-7") for n in range(40)]
    records = [a_record(e.to_bytes(), offset=n) for n, e in enumerate(events)]
    with pytest.raises(PoisonLimitReached):
        await BatchConsumer(probe.engine, "probe", probe.apply, gate).consume(records)
    assert await probe.rows("select event_id from inbox union all select event_id from dead_letter") == []
    assert await probe.effects() == []
    raised = PoisonGate("probe", PoisonLimit(share=0.5, least=10))
    await BatchConsumer(probe.engine, "probe", probe.apply, raised).consume(records)
    assert len(await probe.effects()) == 20
    assert len(await probe.rows("select 1 from dead_letter")) == 20


@pytest.mark.parametrize("unreadable", [False, True])
async def test_a_topic_full_of_poison_stops_the_consumer_and_loses_nothing(
    probe: ServiceProbe, broker: Broker, topics: Callable[..., str], unreadable: bool
) -> None:
    topic, group = topics("poison", partitions=1), a_group()
    good = [an_event() for _ in range(30)]
    bad = [an_event("poison") for _ in range(60)]
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
    await producer.start()
    try:
        for event in good[:15]:
            await producer.send(topic, event.to_bytes())
        await producer.flush()
        for n, event in enumerate(bad):
            if unreadable:
                await send_broken(producer, topic, [b"before %d" % n, event.to_bytes()])
            else:
                await producer.send(topic, event.to_bytes())
        for event in good[15:]:
            await producer.send(topic, event.to_bytes())
        await producer.flush()
    finally:
        await producer.stop()
    settings = settings_of(probe, broker, group, poison_least=20, poison_retry_seconds=1.0)

    async def letters() -> int:
        return len(await probe.rows("select 1 from dead_letter"))

    worker = a_worker(probe, settings, topic)
    await worker.start()
    try:

        async def stopped() -> bool:
            return "POISON_SHARE" in (worker.waiting() or "")

        await until(stopped)
        await asyncio.sleep(3)  # three more tries
        assert await stopped() and worker.stuck() is None
        assert counted("tiendo_consumer_stopped", service=group) == 1
        assert await letters() < 20
    finally:
        await worker.stop()

    again = a_worker(probe, settings.model_copy(update={"poison_share": 1.0}), topic)
    await again.start()
    try:

        async def all_applied() -> bool:
            return len(await probe.effects()) == len(good)

        await until(all_applied)
    finally:
        await again.stop()
    assert counted("tiendo_consumer_stopped", service=group) == 0
    assert sorted(await probe.effects()) == sorted(event.id for event in good)
    assert await letters() == len(bad) * (2 if unreadable else 1)
