"""What has arrived of a source, on a real database: every way to lose something, and every way that is none."""

import random
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from audit.store.sources import MAX_SOURCES
from services.audit.tests.producer import SOURCE, Producer
from services.audit.tests.sample_events import received
from services.audit.tests.source_driver import SourceDriver
from shared.metrics import SOURCE_GAPS


async def test_partitions_that_overtake_each_other_leave_no_trace(sources: SourceDriver) -> None:
    events = Producer().send(240)
    chance = random.Random(7)
    chance.shuffle(events)
    while events:
        size = chance.randint(1, 60)
        await sources.consume(*events[:size], *events[:3], partition=chance.randrange(12))
        events = events[size:]
        await sources.wait(1)
    await sources.wait(60)
    assert await sources.gaps() == []
    assert await sources.audit.rows("select count(*) from missing") == [(0,)]
    assert await sources.audit.rows("select next_sequence from source") == [(241,)]


async def test_a_gap_that_fills_bit_by_bit_is_one_gap(sources: SourceDriver) -> None:
    events = Producer().send(9)
    await sources.consume(events[0], events[8])
    await sources.wait(31)
    await sources.consume(events[4], events[2])
    assert await sources.gaps() == [
        ("missing", 2, 2, True),
        ("missing", 4, 4, True),
        ("missing", 6, 8, True),
    ]
    assert SOURCE_GAPS.labels(SOURCE, "missing")._value.get() == 1
    assert (await sources.sources())[SOURCE]["missing"] == 5
    await sources.consume(*events[1:8])
    assert await sources.gaps() == [("missing", 2, 8, False)]


async def test_a_lost_tail_is_seen_by_the_heartbeat(sources: SourceDriver) -> None:
    producer = Producer()
    await sources.consume(*producer.send(2))
    tail = producer.send(3)
    await sources.consume(producer.heartbeat())
    await sources.wait(10)
    assert await sources.gaps() == []
    await sources.consume(producer.heartbeat())
    await sources.wait(21)
    assert await sources.gaps() == [("missing", 3, 5, True)]
    source = (await sources.sources())[SOURCE]
    assert (source["sequence"], source["announced"]) == (2, 5)
    await sources.consume(*tail)
    assert await sources.gaps() == [("missing", 3, 5, False)]


async def test_events_without_a_number_are_kept_and_counted(sources: SourceDriver) -> None:
    by_hand = received(uuid4())
    far = received(uuid4()).model_copy(update={"sequence": "9" * 20})
    await sources.consume(by_hand.to_bytes(), far.to_bytes(), *Producer().send(1))
    source = (await sources.sources())[SOURCE]
    assert (source["unnumbered"], source["sequence"], source["gaps"]) == (2, 1, [])
    assert len(await sources.audit.items()) == 3


async def test_strangers_cannot_fill_the_table(sources: SourceDriver) -> None:
    names = ["/" + "x" * (place + 1) for place in range(MAX_SOURCES + 20)]
    for start in (0, 60):
        await sources.consume(*(Producer(name).send(1)[0] for name in names[start : start + 60]))
    await sources.consume(Producer("/late").heartbeat())
    assert await sources.audit.rows("select count(*) from source") == [(MAX_SOURCES,)]
    assert await sources.audit.rows("select count(*) from entry") == [(MAX_SOURCES + 20,)]


async def test_a_batch_takes_the_same_statements_whatever_its_size(sources: SourceDriver) -> None:
    async def statements(*values: bytes) -> int:
        seen: list[str] = []

        def on_execute(*args: Any) -> None:
            seen.append(args[2])

        sa.event.listen(sources.audit.engine.sync_engine, "before_cursor_execute", on_execute)
        try:
            await sources.consume(*values)
        finally:
            sa.event.remove(sources.audit.engine.sync_engine, "before_cursor_execute", on_execute)
        return len(seen)

    events = Producer().send(600)
    # inbox; lock, insert, grow; sources, save, chain
    assert await statements(*events[:3]) == await statements(*events[3:203]) == 7
    await statements(*events[204:600:2])
    # and with every event in a gap: which, gone, come
    assert await statements(*events[205:211:2]) == await statements(*events[211:501:2]) == 9


async def test_a_source_that_knows_less_than_it_said_is_a_finding_until_it_is_healed(sources: SourceDriver) -> None:
    """A restored producer: by its numbers alone it would be seen only once it has sent one of them again."""
    producer = Producer()
    early = producer.send(2)
    restored = producer.hash
    await sources.consume(*early, *producer.send(3), producer.heartbeat())
    for _ in range(2):
        await sources.consume(producer.heartbeat(2, restored))
    assert await sources.gaps() == [("went_back", 3, 5, True)]
    await sources.wait(1)
    assert SOURCE_GAPS.labels(SOURCE, "went_back")._value.get() == 1
    await sources.consume(producer.heartbeat())
    assert await sources.gaps() == [("went_back", 3, 5, False)]
