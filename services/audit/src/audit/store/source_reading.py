"""What is told of the sources: how far each has come, and its gaps."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

# Of one source: a page and an answer stay readable however much is missing.
SHOWN_OPEN, SHOWN_CLOSED = 100, 20

STATES = text("""
    select source, last_sequence as sequence, announced_sequence as announced, unnumbered, last_event_at,
      last_heartbeat_at, (
        select coalesce(sum(last - first + 1), 0)::bigint from missing
        where missing.source = source.source and gap is not null
      ) as missing
    from source order by source
""")
# A missing event is shown by what is still missing of its gap, and by the whole gap once that is closed.
GAPS = text("""
    with part as (
      select gap.source, gap.kind, missing.first, missing.last, gap.opened_at, gap.closed_at
      from missing join gap on gap.id = missing.gap
      union all
      select source, kind, first, last, opened_at, closed_at from gap where kind <> 'missing' or closed_at is not null
    ), placed as (
      select *, row_number() over (partition by source, closed_at is null order by opened_at desc, first) as place
      from part
    )
    select source, kind, first, last, opened_at, closed_at from placed
    where place <= case when closed_at is null then cast(:open as int) else cast(:closed as int) end
    order by source, closed_at desc nulls first, opened_at desc, first
""")
OPEN = text("select source, kind, count(*) from gap where closed_at is null group by source, kind")


async def states(tx: AsyncConnection) -> Sequence[RowMapping]:
    return (await tx.execute(STATES)).mappings().all()


async def gaps(tx: AsyncConnection) -> Sequence[RowMapping]:
    """Of each source the newest open gaps and the last closed ones, open ones first."""
    return (await tx.execute(GAPS, {"open": SHOWN_OPEN, "closed": SHOWN_CLOSED})).mappings().all()


async def open_gaps(tx: AsyncConnection) -> dict[tuple[str, str], int]:
    """How many are open, by source and kind."""
    return {(source, kind): count for source, kind, count in await tx.execute(OPEN)}
