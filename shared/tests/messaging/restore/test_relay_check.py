"""A relay whose database was restored: it sends no number twice, and goes on behind what Kafka knows once healed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from shared.events import OPERATIONS, DeadlineApproaching, Event, SourceHeartbeat
from shared.events.topics import PUBLISHED_BY
from shared.messaging import Relay
from shared.messaging.relay.chain import number
from shared.messaging.relay.relay_cursor import RelayCursor, read_cursor
from shared.messaging.restore import relay_healing, tail_walk
from shared.messaging.restore.relay_check import RelayCheck, unknown_to
from shared.messaging.restore.relay_healing import SentBeyond, go_on_behind, sent_beyond
from shared.messaging.restore.rewind import WELL, _rewind
from shared.messaging.restore.source_tail import Sent, sent_events
from shared.messaging.restore.tail_walk import TailWalk
from shared.messaging.signing.signature_verifier import SignatureVerifier
from shared.settings import ServiceSettings
from tiendo_local.broken_batch import send_broken
from tiendo_local.servers.broker import Broker

from ..conftest import NOW, ServiceProbe, an_event
from ..signing.keys import NOTIFICATIONS
from ..workers import a_group, settings_of, until
from .conftest import write

FORGED = 10**6


@asynccontextmanager
async def relaying(probe: ServiceProbe, settings: ServiceSettings) -> AsyncIterator[Relay]:
    relay = Relay(probe.engine, settings, catalogue_version="0" * 64, heartbeat_seconds=0.2)
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        relay.stop()
        await task


async def cursor_of(probe: ServiceProbe, settings: ServiceSettings) -> RelayCursor:
    async with probe.engine.connect() as tx:
        return await read_cursor(tx, f"/{settings.service}")


async def test_no_number_is_sent_a_second_time(probe: ServiceProbe, broker: Broker, topics: Callable[..., str]) -> None:
    """Without the check, other events leave under the numbers 1 and 2: the log has two histories of one source."""
    if not broker.idempotent:
        pytest.skip("Tansu keeps nothing to compare with; a Java 17 is missing")
    settings, topic = settings_of(probe, broker, a_group()), topics("numbers")

    async def told(sequence: int) -> bool:
        tail = await TailWalk(settings, None).last()
        return tail is not None and tail.sequence == sequence

    await write(probe, settings, topic, 3)
    async with relaying(probe, settings):
        await until(lambda: told(3))
    before = await cursor_of(probe, settings)

    async with probe.engine.begin() as tx:  # as a database of the day before
        await tx.exec_driver_sql("delete from relay_head")
    await write(probe, settings, topic, 2)
    async with relaying(probe, settings) as relay:
        await until(lambda: probe.rows("select 1 from setback where side = 'relay' and missing = 3"))
        assert relay.refused and "number 3" in relay.refused
        assert (await cursor_of(probe, settings)).sequence == 0
        assert len(await probe.rows("select 1 from outbox")) == 2

        assert await _rewind(settings, apply=True, accept_loss=False) == WELL
        await until(lambda: told(5))
    after = await cursor_of(probe, settings)
    assert (before.sequence, after.sequence) == (3, 5)
    assert await probe.rows("select 1 from setback") == []


@pytest.mark.parametrize(
    ("sequence", "promised", "known", "lacking"),
    [(5, 0, 5, 0), (5, 0, 6, 1), (5, 2, 7, 0), (5, 2, 8, 1), (0, 0, 0, 0), (9, 0, 5, 0)],
)
def test_a_promised_batch_may_have_left(sequence: int, promised: int, known: int, lacking: int) -> None:
    """After a crash it leaves again with the same bytes; that is no restored database."""
    cursor = RelayCursor(sequence, "0" * 64, list(range(promised)))
    assert unknown_to(cursor, Sent(known, "0" * 64)) == lacking


@pytest.mark.parametrize(
    ("heard", "promised", "unheard"), [((1, 2, 3, 4, 5, 6), 0, 0), ((3, 4, 6), 0, 1), ((), 0, 4), ((5, 6), 2, 0)]
)
def test_what_was_sent_and_is_gone_from_kafka_is_counted(heard: tuple[int, ...], promised: int, unheard: int) -> None:
    """Number 2 is known, 6 was the last: of 3 to 6 nobody knows what they said, unless Kafka still has them."""
    cursor = RelayCursor(2, "0" * 64, list(range(promised)))
    beyond = SentBeyond(cursor, unknown_to(cursor, Sent(6, "0" * 64)), Sent(6, "0" * 64), ())
    beat = SourceHeartbeat(sequence=6, hash="0" * 64, pending=0)
    event = Event.of(beat, source=NOTIFICATIONS, subject=NOTIFICATIONS, time=NOW, catalogue_version="c" * 64)
    own = [event.model_copy(update={"sequence": f"{number:020}"}) for number in heard]
    assert beyond.unheard([*own, event]) == unheard


def test_an_unknown_source_lacks_nothing() -> None:
    assert unknown_to(RelayCursor(), None) == 0


async def test_what_the_source_has_not_signed_is_no_word_of_it(
    probe: ServiceProbe, broker: Broker, signing: tuple[ServiceSettings, str]
) -> None:
    """A single record of whoever may write would keep the relay from sending, and `rewind` would adopt its number."""
    settings, topic = signing
    relay = Relay(probe.engine, settings, catalogue_version="c" * 64)
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all") as producer:
        await write(probe, settings, topic, 3)
        while await relay.step(producer):
            pass
        assert await relay.beat(producer)
        await write(probe, settings, topic, 1)
        [waiting] = await probe.rows("select event_id, value from outbox")
        forged = number(bytes(waiting.value), FORGED, "0" * 64)
        beat = SourceHeartbeat(sequence=FORGED, hash=forged.hash, pending=0)
        told = Event.of(beat, source=NOTIFICATIONS, subject=NOTIFICATIONS, time=NOW, catalogue_version="c" * 64)
        await producer.send_and_wait(topic, forged.body, key=b"key")
        await producer.send_and_wait(OPERATIONS, told.to_bytes(), key=NOTIFICATIONS.encode())

    tail = await TailWalk(settings, SignatureVerifier.of(settings)).last()
    assert tail is not None and tail.sequence == 3
    assert await RelayCheck(settings, probe.engine).went_back() is None
    found = await sent_beyond(settings, probe.engine)
    assert (found.lacking, found.sent) == (0, ())
    async with probe.engine.begin() as tx:
        assert await go_on_behind(tx, NOTIFICATIONS, found) == 0
    assert (await cursor_of(probe, settings)).sequence == 3
    assert [row.event_id for row in await probe.rows("select event_id from outbox")] == [waiting.event_id]


@pytest.mark.parametrize("of_its_own_topic", [False, True], ids=["heartbeat", "event"])
async def test_no_flood_hides_how_far_the_source_came(
    probe: ServiceProbe,
    broker: Broker,
    signing: tuple[ServiceSettings, str],
    topics: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    of_its_own_topic: bool,
) -> None:
    """500 records of junk, and a restored database was none: its relay gave out numbers a second time."""
    settings, topic = signing
    monkeypatch.setattr(tail_walk, "LAST_BEATS", 4)
    relay = Relay(probe.engine, settings, catalogue_version="c" * 64)
    key = NOTIFICATIONS.encode()
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all") as producer:
        await write(probe, settings, topic, 3)
        while await relay.step(producer):
            pass
        if of_its_own_topic:
            for n in range(100):
                for partition in await producer.partitions_for(topic):
                    await producer.send(topic, b"junk %d" % n, partition=partition)
        else:
            monkeypatch.setitem(PUBLISHED_BY, "notifications", (topics("empty"),))  # Kafka keeps seven days
            assert await relay.beat(producer)
            for _ in range(100):
                await producer.send(OPERATIONS, b"junk", key=key)  # the same: workers of other tests read it, too
        await producer.flush()
    tail = await TailWalk(settings, SignatureVerifier.of(settings)).last()
    assert tail is not None and tail.sequence == 3
    async with probe.engine.begin() as tx:
        await tx.exec_driver_sql("delete from relay_head")
    assert await RelayCheck(settings, probe.engine).went_back() is not None


async def test_what_was_sent_is_read_from_the_beginning(
    probe: ServiceProbe, broker: Broker, signing: tuple[ServiceSettings, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the heartbeats stand: events before the last 500 of these counted as gone from Kafka."""
    settings, _ = signing
    monkeypatch.setattr(DeadlineApproaching, "topic", OPERATIONS)
    relay = Relay(probe.engine, settings, catalogue_version="c" * 64)
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all") as producer:
        await write(probe, settings, OPERATIONS, 3)
        async with probe.engine.begin() as tx:
            await tx.exec_driver_sql(f"update outbox set key = '{NOTIFICATIONS}'")
        while await relay.step(producer):
            pass
        for _ in range(5):
            assert await relay.beat(producer)
    verifier = SignatureVerifier.of(settings)
    assert {one.sequence async for one in sent_events(settings, verifier) if one.event_id} == {1, 2, 3}


async def test_what_leaves_while_kafka_is_read_is_nothing_beyond(
    probe: ServiceProbe, broker: Broker, topics: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compared with the cursor of before, it was a setback that nobody had; healed, the same numbers left again."""
    settings, topic = settings_of(probe, broker, a_group()), topics("meanwhile")
    monkeypatch.setitem(PUBLISHED_BY, settings.service, (topic,))
    relay = Relay(probe.engine, settings, catalogue_version="c" * 64)
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all") as producer:

        async def send(count: int) -> None:
            await write(probe, settings, topic, count)
            while await relay.step(producer):
                pass

        async def meanwhile(*asked: Any) -> AsyncIterator[Sent]:
            await send(2)
            async for sent in sent_events(*asked):
                yield sent
            await send(1)

        monkeypatch.setattr(relay_healing, "sent_events", meanwhile)
        await send(3)
        assert await _rewind(settings, apply=False, accept_loss=False) == WELL
        assert (await cursor_of(probe, settings)).sequence == 6
        found = await sent_beyond(settings, probe.engine)
        assert (found.lacking, found.sent) == (0, ())
        assert await _rewind(settings, apply=True, accept_loss=False) == WELL
        assert (await cursor_of(probe, settings)).sequence == 12


async def test_what_leaves_after_kafka_was_read_does_not_leave_again(probe: ServiceProbe, broker: Broker) -> None:
    """The cursor is read again under the lock of the sender."""
    settings = settings_of(probe, broker, a_group())
    source, hash_ = f"/{settings.service}", "a" * 64
    async with probe.engine.begin() as tx:
        await tx.exec_driver_sql(f"insert into relay_head (source, sequence, hash) values ('{source}', 5, '{hash_}')")
        found = SentBeyond(RelayCursor(3), 1, Sent(4, "b" * 64, "four"), ("four",))
        assert await go_on_behind(tx, source, found) == 0
    assert await cursor_of(probe, settings) == RelayCursor(5, hash_, [])


async def test_a_record_that_no_client_can_decode_is_passed_over(
    probe: ServiceProbe, broker: Broker, topics: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The relay would end on it, and again after each restart."""
    settings, topic = settings_of(probe, broker, a_group()), topics("undecodable", partitions=3)
    monkeypatch.setitem(PUBLISHED_BY, settings.service, (topic,))
    values = [
        number(an_event(source=f"/{settings.service}").to_bytes(), sequence, "0" * 64).body for sequence in range(1, 7)
    ]
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all") as producer:
        for partition in range(2):
            await producer.send_and_wait(topic, values[partition], partition=partition)
        await send_broken(producer, topic, values[2:4], broken=0)
        await send_broken(producer, topic, [b"{}"], broken=0)
        await producer.send_and_wait(topic, values[4], partition=0)
        await producer.send_and_wait(topic, values[5], partition=2)
    found = {one.sequence async for one in sent_events(settings, None)}
    assert found == {1, 2, 4, 5, 6}
    tail = await TailWalk(settings, None).last()
    assert tail is not None and tail.sequence == 6
