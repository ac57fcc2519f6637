"""What messaging may forget: an event id that no broker can deliver again, and no dead letter still holds; and what
strangers have written."""

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.messaging.signing.stranger import MAY_BE_OURS, told
from shared.messaging.signing.stranger import PREFIX as STRANGERS
from shared.retention import kept

# Topics keep seven days; a restored broker may bring some of them back later.
INBOX_DAYS = kept("inbox").days
STRANGER_DAYS = kept("letters_of_strangers").days
CHUNK = 10_000

log = structlog.get_logger()

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


# One that was replayed was none of theirs, and one that may be ours waits until somebody has decided.
_FORGET_STRANGERS = sa.text(
    """
    with gone as (
      delete from dead_letter where id in (
        select id from dead_letter where starts_with(reason, :stranger) and state <> 'replayed'
        and not (state = 'open' and reason ^@ any(:ours))
        and coalesce(resolved_at, created_at) < now() - make_interval(days => :days) limit :n
      ) returning 1
    )
    select count(*) from gone
    """
).bindparams(
    sa.bindparam("stranger", STRANGERS),
    sa.bindparam("ours", [told(reason) for reason in MAY_BE_OURS], type_=ARRAY(sa.Text)),
)


async def forget_inbox(engine: AsyncEngine) -> int:
    """Delete old claims; how many."""
    return await _forget(engine, _FORGET, INBOX_DAYS)


async def forget_strangers(engine: AsyncEngine) -> int:
    """Delete old letters of strangers, open ones among them: nobody discards a flood. How many."""
    gone = await _forget(engine, _FORGET_STRANGERS, STRANGER_DAYS)
    if gone:
        log.warning("strangers.forgotten", letters=gone, older_than_days=STRANGER_DAYS)
    return gone


async def _forget(engine: AsyncEngine, statement: sa.TextClause, days: int) -> int:
    """In chunks, each its own transaction."""
    total = 0
    while True:
        async with engine.begin() as tx:
            gone = int(await tx.scalar(statement, {"days": days, "n": CHUNK}) or 0)
        total += gone
        if gone < CHUNK:
            return total
