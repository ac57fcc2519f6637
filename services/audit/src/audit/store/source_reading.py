"""Queries that read the sources: how far each has come, and its gaps."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from audit.rules.sources.source import GapRecord, SourceState

# Gaps of one source: a page and an answer stay readable however much is missing.
SHOWN_OPEN, SHOWN_CLOSED = 100, 20

STATES = text("""
    select source, last_sequence as sequence, announced_sequence as announced, unnumbered, last_event_at,
      last_heartbeat_at, (
        select coalesce(sum(last - first + 1), 0)::bigint from missing
        where missing.source = source.source and gap is not null
      ) as missing
    from source order by source
""")
# An open gap of missing events is shown by the numbers still missing, a closed one by all its numbers.
GAPS = text("""
    with part as (
      select gap.source, gap.kind, missing.first, missing.last, gap.opened_at, gap.closed_at
      from missing join gap on gap.id = missing.gap
      union all
      select source, kind, first, last, opened_at, closed_at from gap where kind <> 'missing' or closed_at is not null
    ), placed as (
      select *, row_number() over (partition by source, closed_at is null order by opened_at desc, first) as position
      from part
    )
    select source, kind, first, last, opened_at, closed_at from placed
    where position <= case when closed_at is null then cast(:open as int) else cast(:closed as int) end
    order by source, closed_at desc nulls first, opened_at desc, first
""")
OPEN = text("select source, kind, count(*) from gap where closed_at is null group by source, kind")


async def states(tx: AsyncConnection) -> list[SourceState]:
    """Every source, by name."""
    return [SourceState(**row) for row in (await tx.execute(STATES)).mappings()]


async def gaps(tx: AsyncConnection) -> list[GapRecord]:
    """The newest open gaps of each source and its last closed ones, open ones first."""
    return [GapRecord(*row) for row in await tx.execute(GAPS, {"open": SHOWN_OPEN, "closed": SHOWN_CLOSED})]


async def open_gaps(tx: AsyncConnection) -> dict[tuple[str, str], int]:
    """How many gaps are open, by source and kind."""
    return {(source, kind): count for source, kind, count in await tx.execute(OPEN)}
