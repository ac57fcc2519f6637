"""Overdue events become gaps, and the metrics follow."""

import time

from services.audit.tests.producer import SOURCE, Producer
from services.audit.tests.source_driver import SourceDriver
from shared.metrics import SOURCE_GAPS, SOURCE_HEARTBEAT_AGE


async def test_a_lost_event_is_told_after_the_grace_and_closed_when_it_comes(sources: SourceDriver) -> None:
    events = Producer().send(5)
    await sources.consume(*events[:2], *events[3:])
    await sources.wait(29)
    assert await sources.gaps() == []
    await sources.wait(2)
    assert await sources.gaps() == [("missing", 3, 3, True)]
    assert SOURCE_GAPS.labels(SOURCE, "missing")._value.get() == 1
    await sources.consume(events[2], sent_ms=1)
    await sources.wait(1)
    assert await sources.gaps() == [("missing", 3, 3, False)]
    assert SOURCE_GAPS.labels(SOURCE, "missing")._value.get() == 0
    gap = (await sources.sources())[SOURCE]["gaps"][0]
    assert gap["opened_at"] == "2026-12-14T16:12:00Z" and gap["closed_at"] == "2026-12-14T16:12:31Z"


async def test_a_source_without_heartbeats_is_silent(sources: SourceDriver) -> None:
    producer = Producer()
    await sources.consume(producer.heartbeat())
    await sources.wait(60)
    assert not (await sources.sources())[SOURCE]["silent"]
    await sources.consume(*producer.send(1))
    await sources.wait(1)
    assert (await sources.sources())[SOURCE]["silent"]
    assert SOURCE_HEARTBEAT_AGE.labels(SOURCE)._value.get() == 61
    await sources.consume(producer.heartbeat())
    assert not (await sources.sources())[SOURCE]["silent"]
    assert len(await sources.audit.items()) == 1  # no heartbeat is an entry


async def test_while_the_log_catches_up_nothing_is_called_lost(sources: SourceDriver) -> None:
    hour_ago = int(time.time() * 1000) - 3_600_000
    events = Producer().send(6)
    await sources.consume(*events[::2], sent_ms=hour_ago)
    await sources.wait(29)
    await sources.consume(events[1], sent_ms=hour_ago)
    await sources.wait(29)
    assert await sources.gaps() == []
    await sources.wait(2)
    assert await sources.gaps() == [("missing", 4, 4, True)]
