"""What messaging may forget: an event id that no broker can deliver again, and no dead letter still holds."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.retention import kept

# Topics keep seven days; a restored broker may bring some of them back later.
INBOX_DAYS = kept("inbox").days
CHUNK = 10_000

_FORGET = sa.text(
    """
    with gone as (
      delete from inbox where event_id in (
        select event_id from inbox where received_at < now() - make_interval(days => :days)
        and not exists (select from dead_letter where event_id = inbox.event_id and state <> 'replayed') limit :n
      ) returning 1
    )
    select count(*) from gone
    """
)


async def forget_inbox(engine: AsyncEngine) -> int:
    """Delete old claims in chunks, each its own transaction; how many."""
    total = 0
    while True:
        async with engine.begin() as tx:
            gone = int(await tx.scalar(_FORGET, {"days": INBOX_DAYS, "n": CHUNK}) or 0)
        total += gone
        if gone < CHUNK:
            return total
