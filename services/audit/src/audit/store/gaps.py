"""Find and keep the gaps that people see: numbers used twice, broken chains, and events that are overdue."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from audit.rules.sources.changes import SourceChanges
from audit.rules.sources.sequence import NumberRange, number_ranges
from audit.rules.sources.source import Kind
from audit.store import append
from audit.store.source_statements import ANY_OVERDUE, OVERDUE, UNCHAINED, UPSERT_GAPS
from shared.database.columns import columns

log = structlog.get_logger()


class GapNumber(NamedTuple):
    """One number of a source with which something is wrong."""

    source: str
    kind: Kind
    number: int


async def unchained(tx: AsyncConnection, changes: Mapping[str, SourceChanges]) -> list[GapNumber]:
    """The numbers whose event does not fit the event before or the last heartbeat."""
    pairs = [(source, number) for source, item in changes.items() for number in item.numbers]
    heard = [source for source, item in changes.items() if item.heartbeats]
    found = await tx.execute(UNCHAINED, {**columns(("sources", "numbers"), pairs), "heard": heard})
    return [GapNumber(source, "unchained", number) for source, number in found]


async def record_gaps(tx: AsyncConnection, gap_numbers: Sequence[GapNumber], now: datetime) -> None:
    """Open gaps for these numbers, or let open gaps grow that touch them."""
    numbers: dict[tuple[str, Kind], list[int]] = {}
    for source, kind, number in gap_numbers:
        numbers.setdefault((source, kind), []).append(number)
    rows = [
        (source, kind, range_.first, range_.last)
        for (source, kind), given in numbers.items()
        for range_ in number_ranges(given)
    ]
    await _upsert(tx, rows, now)


async def record_went_back(tx: AsyncConnection, ranges: Sequence[tuple[str, NumberRange]], now: datetime) -> None:
    """Open a gap for what a source knows of no more, or let an open one grow."""
    await _upsert(tx, [(source, "went_back", one.first, one.last) for source, one in ranges], now)


async def _upsert(tx: AsyncConnection, rows: Sequence[tuple[str, Kind, int, int]], now: datetime) -> None:
    for source, kind, first, last in rows:
        log.error(f"source.{kind}", source=source, first=first, last=last)
    if rows:
        await tx.execute(UPSERT_GAPS, {**columns(("sources", "kinds", "firsts", "lasts"), rows), "now": now})


async def open_overdue_gaps(tx: AsyncConnection, now: datetime, grace: timedelta) -> None:
    """Open a gap for every range that has been missing for longer than `grace`."""
    before = {"before": now - grace}
    if await tx.scalar(ANY_OVERDUE, before):
        await append.lock(tx)
        for source, first, last in await tx.execute(OVERDUE, before):
            log.error("source.missing", source=source, first=first, last=last)
