"""Outbox and relay on a real PostgreSQL and a real broker: numbered once, in order, chained, nothing lost."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import uuid4

import pytest
import sqlalchemy as sa
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import RecordMetadata
from sqlalchemy.exc import SQLAlchemyError

from shared.events import DEADLINES, Event, parse
from shared.messaging import EventTooLarge, publish
from tiendo_local.servers import topics as kafka_topics
from tiendo_local.servers.broker import Broker

from ..conftest import ServiceProbe, an_event, own_settings
from ..workers import until
from .recorder import Recorder, a_relay, assert_chained, drain


@pytest.fixture
async def producer(broker: Broker) -> AsyncIterator[AIOKafkaProducer]:
    kafka_topics.create(broker.bootstrap, [DEADLINES], partitions=12)
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, enable_idempotence=broker.idempotent, acks="all")
    await producer.start()
    yield producer
    await producer.stop()


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


async def test_events_are_numbered_chained_and_keyed(
    probe: ServiceProbe, producer: AIOKafkaProducer, broker: Broker
) -> None:
    events = [an_event(key=f"obligation-{n % 3}") for n in range(40)]
    for chunk in (events[:15], events[15:]):
        async with probe.engine.begin() as tx:
            await publish(tx, *chunk)
    await drain(a_relay(probe, batch=7), producer)
    assert await probe.rows("select 1 from outbox") == []
    found = await read(broker, {e.id for e in events})
    for bodies in found.values():
        sequences = [json.loads(body)["sequence"] for body in bodies]
        assert sequences == sorted(sequences)
    assert_chained(
        sorted((b for bodies in found.values() for b in bodies), key=lambda b: json.loads(b)["sequence"]), events
    )


async def test_a_failed_send_keeps_the_rows_and_their_numbers(probe: ServiceProbe, producer: AIOKafkaProducer) -> None:
    async with probe.engine.begin() as late:
        await publish(late, late_event := an_event())  # takes its id now, is seen only after the first sending
        async with probe.engine.begin() as tx:
            await publish(tx, *(events := [an_event() for _ in range(3)]))
        await a_relay(probe).step(producer)
        before = await probe.rows("select * from relay_head, outbox order by id")
        broken = Recorder(fails_at=2)
        with pytest.raises(TimeoutError):
            await a_relay(probe).step(broken)
        assert await probe.rows("select * from relay_head, outbox order by id") == before
    again = Recorder()
    await drain(a_relay(probe), again)
    assert again.sent[:2] == broken.sent
    assert_chained(again.sent, [*events, late_event])


async def test_killed_between_acknowledgement_and_commit_it_sends_the_same_again(probe: ServiceProbe) -> None:
    class Killed(Recorder):
        """Everything is acknowledged; then the relay's connection is gone, as after a kill."""

        async def send(self, topic: str, value: bytes, **options: object) -> asyncio.Future[RecordMetadata]:
            acknowledged = await super().send(topic, value, **options)
            if len(self.sent) == 5:
                await probe.rows(
                    "select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction'"
                    " and datname = current_database()"
                )
            return acknowledged

    async with probe.engine.begin() as tx:
        await publish(tx, *(events := [an_event() for _ in range(5)]))
    killed = Killed()
    await a_relay(probe).step(killed)
    with pytest.raises(SQLAlchemyError):
        await a_relay(probe).step(killed)
    async with probe.engine.begin() as tx:
        await publish(tx, *(more := [an_event() for _ in range(2)]))
    again = Recorder()
    await drain(a_relay(probe), again)
    assert again.sent[:5] == killed.sent
    assert_chained(again.sent, events + more)


@pytest.mark.parametrize("seed", range(4))
async def test_the_chain_holds_over_failures_and_restarts(probe: ServiceProbe, seed: int) -> None:
    """Batches of any size, sendings that end anywhere, a new relay each time: a number always has the same bytes, and
    their first occurrences are in order."""
    choose = random.Random(seed)
    events: list[Event] = []
    sent: list[bytes] = []
    for _ in range(40):
        if choose.random() < 0.4:
            fresh = [an_event() for _ in range(choose.randint(1, 9))]
            async with probe.engine.begin() as tx:
                await publish(tx, *fresh)
            events += fresh
        recorder = Recorder(fails_at=choose.choice([None, 0, 1, 2, 5]))
        with suppress(TimeoutError):
            await a_relay(probe, batch=choose.randint(1, 6)).step(recorder)
        sent += recorder.sent
    last = Recorder()
    await drain(a_relay(probe), last)
    assert_chained(list(dict.fromkeys(sent + last.sent)), events)


async def test_a_batch_costs_three_statements_and_one_commit(probe: ServiceProbe) -> None:
    async with probe.engine.begin() as tx:
        await publish(tx, *[an_event() for _ in range(300)])
    relay = a_relay(probe, batch=100)
    await relay.step(Recorder())
    counted: Counter[str] = Counter()
    engine = probe.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", lambda *_: counted.update(["statement"]))
    sa.event.listen(engine, "commit", lambda *_: counted.update(["commit"]))
    await relay.step(Recorder())
    assert counted == {"statement": 3, "commit": 1}  # lock and head, delete, head with the next ids


async def test_rows_removed_by_hand_do_not_stop_it(probe: ServiceProbe) -> None:
    async with probe.engine.begin() as tx:
        await publish(tx, *(events := [an_event() for _ in range(4)]))
    relay, recorder = a_relay(probe, batch=3), Recorder()
    await relay.step(recorder)
    async with probe.engine.begin() as tx:
        await tx.execute(sa.text("delete from outbox where event_id = :id"), {"id": events[1].id})
    await drain(relay, recorder)
    assert_chained(recorder.sent, [events[0], *events[2:]])


async def test_a_rolled_back_change_leaves_no_event(probe: ServiceProbe) -> None:
    async def roll_back() -> None:
        async with probe.engine.begin() as tx:
            await publish(tx, an_event())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await roll_back()
    assert await a_relay(probe).step(Recorder()) == 0


async def test_of_several_relays_one_sends_at_a_time(probe: ServiceProbe) -> None:
    async with probe.engine.begin() as tx:
        await publish(tx, *(events := [an_event() for _ in range(600)]))
    recorder = Recorder()
    relays = [a_relay(probe, batch=50) for _ in range(3)]
    while await probe.rows("select 1 from outbox"):
        await asyncio.gather(*(relay.step(recorder) for relay in relays))
    assert_chained(recorder.sent, events)


async def test_an_event_too_large_is_refused_unwritten(probe: ServiceProbe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.outbox.MAX_EVENT_BYTES", 100)
    async with probe.engine.begin() as tx:
        with pytest.raises(EventTooLarge):
            await publish(tx, an_event())


async def test_an_unreachable_broker_leaves_the_outbox_filling(probe: ServiceProbe) -> None:
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


async def test_a_connection_lost_while_idle_is_made_anew(
    probe: ServiceProbe, broker: Broker, producer: AIOKafkaProducer
) -> None:
    relay = a_relay(probe, own_settings(probe.settings, broker, f"lost{uuid4().hex[:8]}"))
    running = asyncio.create_task(relay.run())

    async def looking() -> int:
        others = "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        return int((await probe.rows(f"select count(pg_terminate_backend(pid)) {others} and state = 'idle'"))[0][0])

    async def sent() -> bool:
        return not await probe.rows("select 1 from outbox")

    try:
        for _ in range(2):  # the first is sent when it has looked whether its database was restored
            async with probe.engine.begin() as tx:
                await publish(tx, an_event())
            await until(sent)
            await until(looking)
    finally:
        relay.stop()
        await running
