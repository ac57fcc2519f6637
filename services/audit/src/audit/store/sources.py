"""Keep what has arrived of each source: its numbers, its heartbeats and the ranges that are missing.

`track` runs in the transaction that appends, after the insert and under the log's lock, so that it knows what the log
holds. A batch takes the same few statements whatever its size and however much is missing.
"""

from collections.abc import Collection, Mapping
from dataclasses import astuple
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from audit.rules.entry import LogEntry
from audit.rules.sources.changes import (
    SourceChanges,
    advance,
    changes_by_source,
    went_back,
    without_implausible,
    without_repeated,
)
from audit.rules.sources.heartbeat import SentUpTo
from audit.rules.sources.sequence import FIRST, Missing, SourceProgress
from audit.store.gaps import GapNumber, record_gaps, record_went_back, unchained
from audit.store.source_statements import (
    CLOSE,
    DELETE_ARRIVED,
    INSERT_MISSING,
    MISSING,
    RECOVERED,
    SAVE_SOURCES,
    SOURCES,
)
from shared.database.columns import columns

MAX_SOURCES = 100

log = structlog.get_logger()


async def track(
    tx: AsyncConnection,
    entries: Collection[LogEntry],
    heartbeats: Collection[SentUpTo],
    *,
    behind: Collection[str] = (),
    now: datetime,
) -> list[SentUpTo]:
    """Keep the entries that are new in the log and the heartbeats, each in the order they arrived. Answers the
    heartbeats that announce what cannot be, which are not kept.

    `behind` names the sources whose records were read long after they were sent. The caller holds the log's lock.
    """
    changes = changes_by_source(entries, heartbeats)
    if not changes:
        return []
    before, announced, back = await _progress(tx, changes)
    changes, refused = _believed(before, changes, now)
    after: dict[str, SourceProgress] = {}
    gap_numbers: list[GapNumber] = []
    for source, item in changes.items():
        after[source], forked = advance(before[source], item, now)
        gap_numbers += [GapNumber(source, "forked", number) for number in forked]
    heard = {source: item.heartbeats for source, item in changes.items() if item.heartbeats}
    lost = [(source, range_) for source, beats in heard.items() for range_ in went_back(announced.get(source), beats)]
    await _save_sources(tx, changes, after, behind, now)
    await _save_missing(tx, before, after, now)
    if lost:
        await record_went_back(tx, lost, now)
    numbers = [(source, beats[-1].sequence) for source, beats in heard.items() if source in back]
    if numbers:
        await tx.execute(RECOVERED, {**columns(("sources", "numbers"), numbers), "now": now})
    await record_gaps(tx, [*gap_numbers, *await unchained(tx, changes)], now)
    return refused


def _believed(
    before: Mapping[str, SourceProgress], changes: Mapping[str, SourceChanges], now: datetime
) -> tuple[dict[str, SourceChanges], list[SentUpTo]]:
    """Of the sources that are watched."""
    kept, refused = {}, []
    for source, progress in before.items():
        plausible, of_source = without_implausible(progress, changes[source], now)
        kept[source], repeated = without_repeated(progress, plausible, now)
        refused += of_source
        for heartbeat in repeated:
            log.warning("heartbeat.repeated", source=source, sequence=heartbeat.sequence, time=str(heartbeat.time))
    return kept, refused


async def _progress(
    tx: AsyncConnection, changes: Mapping[str, SourceChanges]
) -> tuple[dict[str, SourceProgress], dict[str, int], set[str]]:
    """The progress of each source that is watched, with the missing ranges that hold one of the new numbers; what
    each has announced; and those that went back."""
    known = {row.source: row for row in await tx.execute(SOURCES)}
    next_numbers = {source: row.next_sequence for source, row in known.items()}
    announced = {source: row.announced_sequence for source, row in known.items() if row.announced_sequence is not None}
    for source in [name for name in changes if name not in next_numbers]:
        if len(next_numbers) >= MAX_SOURCES:
            log.warning("source.ignored", source=source, most=MAX_SOURCES)
        else:
            next_numbers[source] = FIRST
    watched = [source for source in changes if source in next_numbers]
    late = [(source, n) for source in watched for n in changes[source].numbers if n < next_numbers[source]]
    missing = await _missing(tx, late)
    heard = {source: (row.heard_at, row.announced_at) for source, row in known.items()}
    progress = {
        source: SourceProgress(next_numbers[source], missing.get(source, ()), *heard.get(source, ()))
        for source in watched
    }
    return progress, announced, {source for source, row in known.items() if row.went_back}


async def _missing(tx: AsyncConnection, late: list[tuple[str, int]]) -> dict[str, tuple[Missing, ...]]:
    """The missing ranges that hold one of these numbers of a source, by source."""
    if not late:
        return {}
    rows = await tx.execute(MISSING, columns(("sources", "numbers"), late))
    missing: dict[str, tuple[Missing, ...]] = {}
    for source, *range_ in rows:
        missing[source] = (*missing.get(source, ()), Missing(*range_))
    return missing


async def _save_sources(
    tx: AsyncConnection,
    changes: Mapping[str, SourceChanges],
    after: Mapping[str, SourceProgress],
    behind: Collection[str],
    now: datetime,
) -> None:
    names = (
        "source",
        "next",
        "last",
        "unnumbered",
        "event_at",
        "heartbeat_at",
        "announced",
        "hash",
        "announced_at",
        "behind_at",
    )
    rows = [
        (source, after[source].next, *_arrived(item, now), *_announced(item, now), now if source in behind else None)
        for source, item in changes.items()
    ]
    await tx.execute(SAVE_SOURCES, columns(names, rows))


def _arrived(item: SourceChanges, now: datetime) -> tuple[int | None, int, datetime | None]:
    """The last number that came, how many came without one, and when an event came."""
    return max(item.numbers, default=None), item.unnumbered, now if item.entries else None


def _announced(item: SourceChanges, now: datetime) -> tuple[datetime | None, int | None, bytes | None, datetime | None]:
    """When a heartbeat came, and what the last one said and when; nothing without one."""
    if not item.heartbeats:
        return None, None, None, None
    last = item.heartbeats[-1]
    return now, last.sequence, last.hash, min(last.time, now)


def _ranges(progress: Mapping[str, SourceProgress]) -> set[tuple[str, Missing]]:
    return {(source, range_) for source, of_source in progress.items() for range_ in of_source.missing}


async def _save_missing(
    tx: AsyncConnection, before: Mapping[str, SourceProgress], after: Mapping[str, SourceProgress], now: datetime
) -> None:
    old, new = _ranges(before), _ranges(after)
    arrived, opened = list(old - new), list(new - old)
    if arrived:
        firsts = [(source, range_.first) for source, range_ in arrived]
        await tx.execute(DELETE_ARRIVED, columns(("sources", "firsts"), firsts))
    if opened:
        rows = [(source, *astuple(range_)) for source, range_ in opened]
        await tx.execute(INSERT_MISSING, columns(("sources", "firsts", "lasts", "opened", "gaps"), rows))
    if gaps := [range_.gap for _, range_ in arrived if range_.gap is not None]:
        await tx.execute(CLOSE, {"gaps": gaps, "now": now})
