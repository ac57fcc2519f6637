"""What has come of a source, on a real database: every way to lose something, and every way that is none."""

import hashlib
import random
import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from audit.commands.gap_watch import watch_once
from audit.store.sources import MAX_SOURCES
from audit.worker import log_events
from services.audit.tests.conftest import THEN, Audit, received, records
from services.audit.tests.test_pages import check
from shared.clock import Clock
from shared.events import Event, SourceHeartbeat
from shared.messaging import BatchConsumer
from shared.messaging.relay.chain import GENESIS, number
from shared.metrics import SOURCE_GAPS, SOURCE_HEARTBEAT_AGE

SOURCE = "/submissions"
GRACE = timedelta(seconds=30)


class SetClock(Clock):
    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time


class Producer:
    """A source as its relay makes it: `send(n)` are the next n events, numbered and chained."""

    def __init__(self, source: str = SOURCE) -> None:
        self.source = source
        self.sequence, self.hash = 0, GENESIS

    def send(self, count: int) -> list[bytes]:
        return [self._next() for _ in range(count)]

    def _next(self) -> bytes:
        event = received(uuid4()).model_copy(update={"source": self.source})
        made = number(event.to_bytes(), self.sequence + 1, self.hash)
        self.sequence, self.hash = made.sequence, made.hash
        return made.body

    def heartbeat(self, sequence: int | None = None, hash: str | None = None) -> bytes:
        data = SourceHeartbeat(
            sequence=self.sequence if sequence is None else sequence, hash=hash or self.hash, pending=0
        )
        made = Event.of(data, source=self.source, subject=self.source, time=THEN, catalogue_version="0" * 64)
        return made.to_bytes()


class Desk:
    """The service with a clock that stands still: batches go in, and `sources` is what its API then says."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit
        self.clock = SetClock(THEN)
        audit.app.state.context = replace(audit.app.state.context, clock=self.clock)
        self.offset = 0

    async def take(self, *values: bytes, partition: int = 0, sent_ms: int | None = None) -> None:
        """One batch through a worker of its own, as after a restart."""
        consumer = BatchConsumer(self.audit.engine, "audit", log_events(self.clock, GRACE))
        sent = int(time.time() * 1000) if sent_ms is None else sent_ms
        await consumer.consume(records(*values, first=self.offset, partition=partition, sent_ms=sent))
        self.offset += len(values)

    async def wait(self, seconds: float) -> None:
        self.clock.time += timedelta(seconds=seconds)
        await watch_once(self.audit.engine, self.clock, GRACE)

    async def sources(self) -> dict[str, dict[str, Any]]:
        answer = await self.audit.get("/api/v1/sources")
        assert answer.status_code == 200 and answer.json()["next"] is None, answer.text
        return {item["source"]: item for item in answer.json()["items"]}

    async def gaps(self, source: str = SOURCE) -> list[tuple[str, int, int, bool]]:
        """kind, first, last, whether it is open."""
        found = (await self.sources())[source]["gaps"]
        return [(gap["kind"], gap["first"], gap["last"], gap["closed_at"] is None) for gap in found]


@pytest.fixture
def desk(audit: Audit) -> Desk:
    return Desk(audit)


async def test_everything_in_order_is_complete(desk: Desk) -> None:
    producer = Producer()
    await desk.take(*producer.send(5), producer.heartbeat())
    await desk.wait(40)
    source = (await desk.sources())[SOURCE]
    assert source == {
        "source": SOURCE, "sequence": 5, "announced": 5, "last_event_at": "2026-12-14T16:12:00Z",
        "last_heartbeat_at": "2026-12-14T16:12:00Z", "missing": 0, "unnumbered": 0, "silent": False, "gaps": [],
    }  # fmt: skip


async def test_a_lost_event_is_told_after_the_grace_and_closed_when_it_comes(desk: Desk) -> None:
    events = Producer().send(5)
    await desk.take(*events[:2], *events[3:])
    await desk.wait(29)
    assert await desk.gaps() == []
    await desk.wait(2)
    assert await desk.gaps() == [("missing", 3, 3, True)]
    assert SOURCE_GAPS.labels(SOURCE, "missing")._value.get() == 1
    await desk.take(events[2], sent_ms=1)
    await desk.wait(1)
    assert await desk.gaps() == [("missing", 3, 3, False)]
    assert SOURCE_GAPS.labels(SOURCE, "missing")._value.get() == 0
    gap = (await desk.sources())[SOURCE]["gaps"][0]
    assert gap["opened_at"] == "2026-12-14T16:12:00Z" and gap["closed_at"] == "2026-12-14T16:12:31Z"


async def test_partitions_that_overtake_each_other_leave_no_trace(desk: Desk) -> None:
    events = Producer().send(240)
    chance = random.Random(7)
    chance.shuffle(events)
    while events:
        size = chance.randint(1, 60)
        await desk.take(*events[:size], *events[:3], partition=chance.randrange(12))
        events = events[size:]
        await desk.wait(1)
    await desk.wait(60)
    assert await desk.gaps() == []
    assert await desk.audit.rows("select count(*) from missing") == [(0,)]
    assert await desk.audit.rows("select next_sequence from source") == [(241,)]


async def test_a_gap_that_fills_bit_by_bit_is_one_gap(desk: Desk) -> None:
    events = Producer().send(9)
    await desk.take(events[0], events[8])
    await desk.wait(31)
    await desk.take(events[4], events[2])
    assert await desk.gaps() == [
        ("missing", 2, 2, True),
        ("missing", 4, 4, True),
        ("missing", 6, 8, True),
    ]
    assert SOURCE_GAPS.labels(SOURCE, "missing")._value.get() == 1
    assert (await desk.sources())[SOURCE]["missing"] == 5
    await desk.take(*events[1:8])
    assert await desk.gaps() == [("missing", 2, 8, False)]


async def test_the_same_number_with_another_event_is_forked_for_good(desk: Desk) -> None:
    producer = Producer()
    await desk.take(*producer.send(3))
    restored = Producer()
    again = restored.send(4)
    await desk.take(*again[:2])
    await desk.take(*again[2:])
    await desk.wait(100)
    assert ("forked", 1, 3, True) in await desk.gaps()
    assert len(await desk.audit.items(source="submissions")) == 7  # what was told twice is all kept
    assert SOURCE_GAPS.labels(SOURCE, "forked")._value.get() == 1


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (0, 2, 1), (1, 0, 2)])
@pytest.mark.parametrize("together", [True, False])
async def test_an_event_changed_on_the_way_breaks_the_chain(desk: Desk, order: tuple[int, ...], together: bool) -> None:
    events = Producer().send(3)
    events[1] = events[1].replace(b'"revision":1', b'"revision":2')
    batch = [events[place] for place in order]
    for values in [batch] if together else [[value] for value in batch]:
        await desk.take(*values)
    await desk.wait(100)
    assert await desk.gaps() == [("unchained", 3, 3, True)]


async def test_the_first_event_follows_nothing(desk: Desk) -> None:
    event = received(uuid4()).to_bytes()
    await desk.take(number(event, 1, "ab" * 32).body)
    assert await desk.gaps() == [("unchained", 1, 1, True)]


async def test_a_lost_tail_is_seen_by_the_heartbeat(desk: Desk) -> None:
    producer = Producer()
    await desk.take(*producer.send(2))
    tail = producer.send(3)
    await desk.take(producer.heartbeat())
    await desk.wait(10)
    assert await desk.gaps() == []
    await desk.take(producer.heartbeat())
    await desk.wait(21)
    assert await desk.gaps() == [("missing", 3, 5, True)]
    source = (await desk.sources())[SOURCE]
    assert (source["sequence"], source["announced"]) == (2, 5)
    await desk.take(*tail)
    assert await desk.gaps() == [("missing", 3, 5, False)]


@pytest.mark.parametrize("heartbeat_first", [True, False])
async def test_a_last_event_that_is_not_the_one_sent(desk: Desk, heartbeat_first: bool) -> None:
    producer = Producer()
    events = producer.send(2)
    told = producer.heartbeat(hash=hashlib.sha256(b"another").hexdigest())
    await desk.take(events[0])
    for values in ([told], [events[1]]) if heartbeat_first else ([events[1]], [told]):
        await desk.take(*values)
    await desk.take(producer.heartbeat(hash="cd" * 32))
    assert await desk.gaps() == [("unchained", 2, 2, True)]


async def test_a_source_without_heartbeats_is_silent(desk: Desk) -> None:
    producer = Producer()
    await desk.take(producer.heartbeat())
    await desk.wait(60)
    assert not (await desk.sources())[SOURCE]["silent"]
    await desk.take(*producer.send(1))
    await desk.wait(1)
    assert (await desk.sources())[SOURCE]["silent"]
    assert SOURCE_HEARTBEAT_AGE.labels(SOURCE)._value.get() == 61
    await desk.take(producer.heartbeat())
    assert not (await desk.sources())[SOURCE]["silent"]
    assert len(await desk.audit.items()) == 1  # no heartbeat is an entry


async def test_while_the_log_catches_up_nothing_is_called_lost(desk: Desk) -> None:
    hour_ago = int(time.time() * 1000) - 3_600_000
    events = Producer().send(6)
    await desk.take(*events[::2], sent_ms=hour_ago)
    await desk.wait(29)
    await desk.take(events[1], sent_ms=hour_ago)
    await desk.wait(29)
    assert await desk.gaps() == []
    await desk.wait(2)
    assert await desk.gaps() == [("missing", 4, 4, True)]


async def test_events_without_a_number_are_kept_and_counted(desk: Desk) -> None:
    by_hand = received(uuid4())
    far = received(uuid4()).model_copy(update={"sequence": "9" * 20})
    await desk.take(by_hand.to_bytes(), far.to_bytes(), *Producer().send(1))
    source = (await desk.sources())[SOURCE]
    assert (source["unnumbered"], source["sequence"], source["gaps"]) == (2, 1, [])
    assert len(await desk.audit.items()) == 3


async def test_strangers_cannot_fill_the_table(desk: Desk) -> None:
    names = ["/" + "x" * (place + 1) for place in range(MAX_SOURCES + 20)]
    for start in (0, 60):
        await desk.take(*(Producer(name).send(1)[0] for name in names[start : start + 60]))
    await desk.take(Producer("/late").heartbeat())
    assert await desk.audit.rows("select count(*) from source") == [(MAX_SOURCES,)]
    assert await desk.audit.rows("select count(*) from entry") == [(MAX_SOURCES + 20,)]


async def test_a_batch_takes_the_same_statements_whatever_its_size(desk: Desk) -> None:
    async def statements(*values: bytes) -> int:
        seen: list[str] = []

        def on_execute(*args: Any) -> None:
            seen.append(args[2])

        sa.event.listen(desk.audit.engine.sync_engine, "before_cursor_execute", on_execute)
        try:
            await desk.take(*values)
        finally:
            sa.event.remove(desk.audit.engine.sync_engine, "before_cursor_execute", on_execute)
        return len(seen)

    events = Producer().send(600)
    # inbox, savepoint and its release; lock, insert, grow; sources, save, chain
    assert await statements(*events[:3]) == await statements(*events[3:203]) == 9
    await statements(*events[204:600:2])
    # and with every event in a gap: which, gone, come
    assert await statements(*events[205:211:2]) == await statements(*events[211:501:2]) == 11


async def test_only_those_who_may_read_everything(audit: Audit) -> None:
    for role, status in (("ops", 200), ("leader", 200), ("coordinator", 200), ("reporter", 403), ("head", 403)):
        assert (await audit.get("/api/v1/sources", role)).status_code == status
        assert (await audit.get("/sources", role)).status_code == status


async def test_the_page_tells_what_is_open_first(desk: Desk) -> None:
    assert "Chưa hệ thống nào báo gì" in check(await desk.audit.get("/sources"))
    producer, quiet = Producer(), Producer("/registry")
    events = producer.send(3)
    await desk.take(events[0], producer.heartbeat(), *quiet.send(1), received(uuid4()).to_bytes())
    await desk.wait(31)
    await desk.take(events[1])
    await desk.wait(30)
    await desk.take(producer.heartbeat())
    text = check(await desk.audit.get("/sources"))
    assert "Chưa nhận được" in text and "thiếu 1<" in text and ">đủ<" not in text and "1 việc không đánh số" in text
    assert ">/registry<" in text and "im lặng" in text and "Đã khép lại" not in text
    await desk.take(events[2])
    text = check(await desk.audit.get("/sources"))
    assert text.index("Không có chỗ nào thiếu") < text.index(">đủ<") < text.index("Đã khép lại") < text.index("2–3")
    assert 'href="/sources"' in check(await desk.audit.get("/log"))
    english = await desk.audit.client.get("/sources", headers=desk.audit.as_("ops") | {"Accept-Language": "en"})
    assert "Not received" in check(english)
