"""Outbox and relay on a real PostgreSQL and a real broker: numbered once, in order, chained, nothing lost."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.events import DEADLINES, EventData, parse
from shared.messaging import EventTooLarge, Relay, publish
from shared.messaging.relay import GENESIS
from shared.settings import ServiceSettings
from tiendo_local import topics as kafka_topics
from tiendo_local.broker import Broker

from .conftest import Probe, an_event


@pytest.fixture
async def producer(broker: Broker) -> AsyncIterator[AIOKafkaProducer]:
    kafka_topics.create(broker.bootstrap, [DEADLINES], partitions=12)
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, enable_idempotence=broker.idempotent, acks="all")
    await producer.start()
    yield producer
    await producer.stop()


def a_relay(probe: Probe, settings: ServiceSettings | None = None, *, heartbeat_seconds: float = 60) -> Relay:
    return Relay(
        probe.engine, settings or probe.settings, catalogue_version="c" * 64, heartbeat_seconds=heartbeat_seconds
    )


async def read(broker: Broker, wanted: set[str], seconds: float = 20) -> dict[int, list[bytes]]:
    """The values of the wanted event ids, by partition, in order."""
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=50)
    await consumer.start()
    found: dict[int, list[bytes]] = {}
    try:
        partitions = [TopicPartition(DEADLINES, p) for p in range(12)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        missing = set(wanted)
        async with asyncio.timeout(seconds):
            while missing:
                for tp, records in (await consumer.getmany(timeout_ms=200)).items():
                    for record in records:
                        if (event := parse(record.value)).id in wanted:
                            missing.discard(event.id)
                            found.setdefault(tp.partition, []).append(record.value)
    finally:
        await consumer.stop()
    return found


async def test_events_are_numbered_chained_and_keyed(probe: Probe, producer: AIOKafkaProducer, broker: Broker) -> None:
    events = [an_event(key=f"duty-{n % 3}") for n in range(40)]
    for chunk in (events[:15], events[15:]):
        async with probe.engine.begin() as tx:
            await publish(tx, *chunk)
    relay = a_relay(probe)
    assert await relay.number_new() == 40
    assert await relay.send_oldest(producer) == 40
    assert await probe.rows("select 1 from outbox") == []
    found = await read(broker, {e.id for e in events})
    for bodies in found.values():
        sequences = [json.loads(body)["sequence"] for body in bodies]
        assert sequences == sorted(sequences)
    chain = sorted((body for bodies in found.values() for body in bodies), key=lambda b: json.loads(b)["sequence"])
    assert [json.loads(b)["id"] for b in chain] == [e.id for e in events]
    assert [json.loads(b)["sequence"] for b in chain] == [f"{n:020d}" for n in range(1, 41)]
    expected = GENESIS
    for body in chain:
        assert json.loads(body)["prevhash"] == expected
        expected = hashlib.sha256(body).hexdigest()


async def test_a_failed_send_keeps_the_rows_and_their_numbers(probe: Probe, producer: AIOKafkaProducer) -> None:
    async with probe.engine.begin() as tx:
        await publish(tx, *[an_event() for _ in range(3)])
    relay = a_relay(probe)
    await relay.number_new()
    before = await probe.rows("select id, sequence, value from outbox order by id")

    class Broken:
        async def send(self, *_: object, **__: object) -> asyncio.Future[None]:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        await relay.send_oldest(Broken())  # type: ignore[arg-type]
    assert await probe.rows("select id, sequence, value from outbox order by id") == before
    assert await relay.send_oldest(producer) == 3


async def test_a_rolled_back_change_leaves_no_event(probe: Probe) -> None:
    with pytest.raises(RuntimeError):
        async with probe.engine.begin() as tx:
            await publish(tx, an_event())
            raise RuntimeError
    assert await a_relay(probe).number_new() == 0


async def test_two_relays_number_each_row_once(probe: Probe) -> None:
    async with probe.engine.begin() as tx:
        await publish(tx, *[an_event() for _ in range(600)])
    relays = [a_relay(probe) for _ in range(3)]
    while sum(await asyncio.gather(*(relay.number_new() for relay in relays))):
        pass
    rows = await probe.rows("select sequence from outbox order by id")
    assert [row.sequence for row in rows] == list(range(1, 601))


async def test_an_event_too_large_is_refused_unwritten(probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.outbox.MAX_EVENT_BYTES", 100)
    async with probe.engine.begin() as tx:
        with pytest.raises(EventTooLarge):
            await publish(tx, an_event())


async def test_an_unreachable_broker_leaves_the_outbox_filling(probe: Probe) -> None:
    settings = probe.settings.model_copy(update={"kafka_bootstrap_servers": "127.0.0.1:1"})
    relay = a_relay(probe, settings)
    running = asyncio.create_task(relay.run())
    async with probe.engine.begin() as tx:
        await publish(tx, an_event())
    await asyncio.sleep(0.3)
    assert len(await probe.rows("select 1 from outbox")) == 1
    relay.stop()
    async with asyncio.timeout(15):
        await running


def test_every_event_type_has_a_topic() -> None:
    def leaves(model: type[EventData]) -> list[type[EventData]]:
        return [leaf for sub in model.__subclasses__() for leaf in leaves(sub)] or [model]

    assert all(hasattr(leaf, "type") and hasattr(leaf, "topic") for leaf in leaves(EventData))
