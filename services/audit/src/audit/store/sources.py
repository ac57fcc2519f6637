"""Every query on what has come of each source: its numbers, gaps and heartbeats.

`track` runs in the transaction that appends, after the insert and under the log's lock, so that it knows
what the log holds. A batch takes the same few statements whatever its size and however much is missing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from audit.rules.entry import Entry
from audit.rules.heartbeat import Heartbeat
from audit.rules.sequence import Missing, Progress, absorb, announce, spans
from audit.store import entries as store

MAX_SOURCES = 100

log = structlog.get_logger()

SOURCES = text("select source, next_sequence from source")
MISSING = text("""
    select distinct m.source, m.first, m.last, m.opened_at, m.gap
    from unnest(cast(:sources as text[]), cast(:numbers as bigint[])) as came (source, number)
      cross join lateral (
        select * from missing where missing.source = came.source and missing.first <= came.number
        order by missing.first desc limit 1
      ) as m
    where m.last >= came.number
    order by m.source, m.first
""")
SAVE_SOURCES = text("""
    insert into source as known (source, next_sequence, last_sequence, unnumbered, last_event_at, last_heartbeat_at,
      announced_sequence, announced_hash, behind_at)
    select * from unnest(cast(:source as text[]), cast(:next as bigint[]), cast(:last as bigint[]),
      cast(:unnumbered as bigint[]), cast(:event_at as timestamptz[]), cast(:heartbeat_at as timestamptz[]),
      cast(:announced as bigint[]), cast(:hash as bytea[]), cast(:behind_at as timestamptz[]))
    on conflict (source) do update set
      next_sequence = excluded.next_sequence,
      last_sequence = greatest(known.last_sequence, excluded.last_sequence),
      unnumbered = known.unnumbered + excluded.unnumbered,
      last_event_at = greatest(known.last_event_at, excluded.last_event_at),
      last_heartbeat_at = greatest(known.last_heartbeat_at, excluded.last_heartbeat_at),
      announced_sequence = coalesce(excluded.announced_sequence, known.announced_sequence),
      announced_hash = case when excluded.announced_sequence is null then known.announced_hash
        else excluded.announced_hash end,
      behind_at = greatest(known.behind_at, excluded.behind_at)
""")
CAME = text("""
    delete from missing using unnest(cast(:sources as text[]), cast(:firsts as bigint[])) as gone (source, first)
    where missing.source = gone.source and missing.first = gone.first
""")
AWAIT = text("""
    insert into missing (source, first, last, opened_at, gap)
    select * from unnest(cast(:sources as text[]), cast(:firsts as bigint[]), cast(:lasts as bigint[]),
      cast(:opened as timestamptz[]), cast(:gaps as bigint[]))
""")
CLOSE = text("""
    update gap set closed_at = :now
    where id = any(cast(:gaps as bigint[])) and not exists (select from missing where missing.gap = gap.id)
""")
# Of the entries that came and their neighbours: those whose prevhash is the hash of no event with the number before,
# though there is one. Any of two forked events will do. The first number follows 64 zeros.
UNCHAINED = text("""
    with came as (
      select * from unnest(cast(:sources as text[]), cast(:numbers as bigint[])) as came (source, number)
    ), checked as (
      select source, number from came union select source, number + 1 from came
    )
    select later.source, later.sequence
    from checked join entry as later on later.source = checked.source and later.sequence = checked.number
      cross join lateral (
        select bool_or(sha256(earlier.body) = later.prevhash) is true as fits, count(*) as found
        from entry as earlier where earlier.source = later.source and earlier.sequence = later.sequence - 1
      ) as before
    where before.found > 0 and not before.fits
      or later.sequence = 1 and later.prevhash is distinct from decode(repeat('00', 32), 'hex')
    union
    select source.source, source.announced_sequence
    from (
      select source, number from came union select unnest(cast(:heard as text[])), null
    ) as candidate
      join source on source.source = candidate.source
        and source.announced_sequence = coalesce(candidate.number, source.announced_sequence)
      cross join lateral (
        select bool_or(sha256(told.body) = source.announced_hash) as fits
        from entry as told where told.source = source.source and told.sequence = source.announced_sequence
      ) as announced
    where source.announced_hash is not null and announced.fits is false
""")
# A gap that is open and touches the new numbers grows; a restored backup tells thousands of numbers twice in a row.
TELL = text("""
    with told as (
      select * from unnest(cast(:sources as text[]), cast(:kinds as text[]), cast(:firsts as bigint[]),
        cast(:lasts as bigint[])) as told (source, kind, first, last)
    ), grown as (
      update gap set last = greatest(gap.last, told.last)
      from told
      where gap.source = told.source and gap.kind = told.kind and gap.closed_at is null
        and told.first between gap.first and gap.last + 1
      returning told.source, told.kind, told.first
    )
    insert into gap (source, kind, first, last, opened_at)
    select source, kind, first, last, :now from told
    where (source, kind, first) not in (select source, kind, first from grown)
""")
ANY_OVERDUE = text("select exists (select from missing where gap is null and opened_at <= :before)")
# While the log reads records long after they were sent, partitions are far apart and what has not come is on its way.
OVERDUE = text("""
    with due as (
      select missing.source, missing.first, missing.last, missing.opened_at
      from missing join source on source.source = missing.source
      where missing.gap is null and missing.opened_at <= :before
        and (source.behind_at is null or source.behind_at <= :before)
    ), told as (
      insert into gap (source, kind, first, last, opened_at)
      select source, 'missing', first, last, opened_at from due
      returning id, source, first, last
    )
    update missing set gap = told.id from told where missing.source = told.source and missing.first = told.first
    returning told.source, told.first, told.last
""")


@dataclass(slots=True)
class News:
    """What one batch tells of one source."""

    numbers: list[int] = field(default_factory=list)
    unnumbered: int = 0
    heartbeats: list[Heartbeat] = field(default_factory=list)

    @property
    def events(self) -> int:
        return len(self.numbers) + self.unnumbered


async def track(
    tx: AsyncConnection,
    entries: Collection[Entry],
    heartbeats: Collection[Heartbeat],
    *,
    behind: Collection[str] = (),
    now: datetime,
) -> None:
    """Take notice of entries that are new in the log and of heartbeats, each in the order they came.

    `behind` are the sources of which records were read long after they were sent. The caller holds the log's lock.
    """
    news = _by_source(entries, heartbeats)
    if not news:
        return
    known = {source: next_ for source, next_ in await tx.execute(SOURCES)}
    for source in [name for name in news if name not in known]:
        if len(known) >= MAX_SOURCES:
            log.warning("source.ignored", source=source, most=MAX_SOURCES)
            del news[source]
        else:
            known[source] = 1
    before = await _missing(tx, {name: item for name, item in news.items() if item.numbers}, known)
    after: dict[str, Progress] = {}
    told: list[tuple[str, str, int]] = []
    for source, item in news.items():
        progress, forked = absorb(Progress(known[source], before.get(source, ())), item.numbers, now)
        for heartbeat in item.heartbeats:
            progress = announce(progress, heartbeat.sequence, now)
        after[source] = progress
        told += [(source, "forked", number) for number in forked]
    await _save_sources(tx, news, after, behind, now)
    await _save_missing(tx, before, after, now)
    told += [(source, "unchained", number) for source, number in await _unchained(tx, news)]
    await _tell(tx, told, now)


def _by_source(entries: Collection[Entry], heartbeats: Collection[Heartbeat]) -> dict[str, News]:
    news: dict[str, News] = {}
    for entry in entries:
        item = news.setdefault(entry.source, News())
        if entry.sequence is None:
            item.unnumbered += 1
        else:
            item.numbers.append(entry.sequence)
    for heartbeat in heartbeats:
        news.setdefault(heartbeat.source, News()).heartbeats.append(heartbeat)
    return news


async def _missing(tx: AsyncConnection, news: dict[str, News], known: dict[str, int]) -> dict[str, tuple[Missing, ...]]:
    """The ranges that hold one of the numbers."""
    pairs = [(source, number) for source, item in news.items() for number in item.numbers if number < known[source]]
    if not pairs:
        return {}
    rows = await tx.execute(MISSING, {"sources": [p[0] for p in pairs], "numbers": [p[1] for p in pairs]})
    found: dict[str, tuple[Missing, ...]] = {}
    for source, *range_ in rows:
        found[source] = (*found.get(source, ()), Missing(*range_))
    return found


async def _save_sources(
    tx: AsyncConnection, news: dict[str, News], after: dict[str, Progress], behind: Collection[str], now: datetime
) -> None:
    last = {source: item.heartbeats[-1] for source, item in news.items() if item.heartbeats}
    columns = {
        "source": list(news),
        "next": [after[source].next for source in news],
        "last": [max(item.numbers, default=None) for item in news.values()],
        "unnumbered": [item.unnumbered for item in news.values()],
        "event_at": [now if item.events else None for item in news.values()],
        "heartbeat_at": [now if source in last else None for source in news],
        "announced": [last[source].sequence if source in last else None for source in news],
        "hash": [last[source].hash if source in last else None for source in news],
        "behind_at": [now if source in behind else None for source in news],
    }
    await tx.execute(SAVE_SOURCES, columns)


async def _save_missing(
    tx: AsyncConnection, before: dict[str, tuple[Missing, ...]], after: dict[str, Progress], now: datetime
) -> None:
    old = {(source, range_) for source, ranges in before.items() for range_ in ranges}
    new = {(source, range_) for source, progress in after.items() for range_ in progress.missing}
    gone, come = list(old - new), list(new - old)
    if gone:
        await tx.execute(CAME, {"sources": [s for s, _ in gone], "firsts": [r.first for _, r in gone]})
    if come:
        columns = {
            "sources": [source for source, _ in come],
            "firsts": [range_.first for _, range_ in come],
            "lasts": [range_.last for _, range_ in come],
            "opened": [range_.opened_at for _, range_ in come],
            "gaps": [range_.gap for _, range_ in come],
        }
        await tx.execute(AWAIT, columns)
    if gaps := [range_.gap for _, range_ in gone if range_.gap is not None]:
        await tx.execute(CLOSE, {"gaps": gaps, "now": now})


async def _unchained(tx: AsyncConnection, news: dict[str, News]) -> list[tuple[str, int]]:
    pairs = [(source, number) for source, item in news.items() for number in item.numbers]
    heard = [source for source, item in news.items() if item.heartbeats]
    columns = {"sources": [p[0] for p in pairs], "numbers": [p[1] for p in pairs], "heard": heard}
    return [(source, number) for source, number in await tx.execute(UNCHAINED, columns)]


async def _tell(tx: AsyncConnection, told: Sequence[tuple[str, str, int]], now: datetime) -> None:
    numbers: dict[tuple[str, str], list[int]] = {}
    for source, kind, number in told:
        numbers.setdefault((source, kind), []).append(number)
    rows = [(source, kind, span) for (source, kind), found in numbers.items() for span in spans(found)]
    for source, kind, span in rows:
        log.error(f"source.{kind}", source=source, first=span.first, last=span.last)
    if rows:
        columns = {
            "sources": [source for source, _, _ in rows],
            "kinds": [kind for _, kind, _ in rows],
            "firsts": [span.first for *_, span in rows],
            "lasts": [span.last for *_, span in rows],
            "now": now,
        }
        await tx.execute(TELL, columns)


async def tell_overdue(tx: AsyncConnection, now: datetime, grace: timedelta) -> None:
    """Make a gap of every range that has been missing for longer than `grace`."""
    before = {"before": now - grace}
    if await tx.scalar(ANY_OVERDUE, before):
        await store.lock(tx)
        for source, first, last in await tx.execute(OVERDUE, before):
            log.error("source.missing", source=source, first=first, last=last)
