"""What of the outbox has left, and which rows leave next.

The order is promised before anything of it is sent: after a crash the same rows leave in the same order behind the
same link, and so with the same bytes, whatever else was written meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging.relay.chain import GENESIS

Row = sa.Row[Any]
_IDS = ARRAY(sa.BigInteger)

LOCK = 727002  # of the sender, an advisory lock of the transaction

# One round trip, its own transaction. What it saw before it had the lock may have been sent meanwhile: a batch that was
# promised then stands, and rows that are gone are passed over.
_PROMISE = sa.text(
    """
    insert into relay_head as head (source, sequence, hash, batch)
    select :source, 0, :genesis, batch from (select array(select id from outbox order by id limit :n) as batch) as found
    where batch <> '{}' and pg_try_advisory_xact_lock(:lock)
    on conflict (source) do update set batch = case when head.batch = '{}' then excluded.batch else head.batch end
    returning cardinality(batch)
    """
).bindparams(genesis=GENESIS, lock=LOCK)
_READ = sa.text("select sequence, hash, batch from relay_head where source = :source")
# Of a row that another sender has changed since this statement began, `for update` gives what stands now.
_LOCK = sa.text(
    """
    select sequence, hash, batch from relay_head where source = :source and pg_try_advisory_xact_lock(:lock) for update
    """
).bindparams(lock=LOCK)
_ADVANCE = sa.text(
    """
    update relay_head as head set sequence = :sequence, hash = :hash,
                                  batch = case when cardinality(found.batch) < :n then '{}' else found.batch end
    from (select array(select id from outbox order by id limit :n) as batch) as found
    where source = :source returning cardinality(head.batch)
    """
)
_TAKE = sa.text(
    "delete from outbox where id = any(:ids) returning id, topic, key, event_id, value, traceparent"
).bindparams(sa.bindparam("ids", type_=_IDS))


@dataclass(frozen=True, slots=True)
class RelayCursor:
    """`sequence` and `hash` of the last event that Kafka has acknowledged (0 and `GENESIS`: none yet), and `batch`, the
    ids of the rows that leave behind it, in that order."""

    sequence: int = 0
    hash: str = GENESIS
    batch: Sequence[int] = ()

    @property
    def reaches(self) -> int:
        """The last number that may have left: what is promised may have."""
        return self.sequence + len(self.batch)


async def read_cursor(tx: AsyncConnection, source: str) -> RelayCursor:
    row = (await tx.execute(_READ, {"source": source})).one_or_none()
    return RelayCursor(row.sequence, row.hash, row.batch) if row else RelayCursor()


async def promise(tx: AsyncConnection, source: str, size: int) -> int:
    """Promise the oldest rows, at most `size`, unless a batch is promised; how many are now. 0 without rows, and while
    another instance is sending."""
    return await tx.scalar(_PROMISE, {"source": source, "n": size}) or 0


async def lock_cursor(tx: AsyncConnection, source: str) -> RelayCursor | None:
    """Become the sender until `tx` ends. None while another instance is sending, and before the first promise."""
    row = (await tx.execute(_LOCK, {"source": source})).one_or_none()
    return RelayCursor(row.sequence, row.hash, row.batch) if row else None


async def advance(tx: AsyncConnection, source: str, sequence: int, hash_: str, size: int) -> int:
    """Keep how far the events have left, and promise the oldest rows if there are `size` of them; how many.

    Fewer are promised when they leave, with those that have come until then: what is promised here waits for its turn.
    """
    values = {"source": source, "sequence": sequence, "hash": hash_, "n": size}
    return await tx.scalar(_ADVANCE, values) or 0


async def take(tx: AsyncConnection, batch: Sequence[int]) -> list[Row]:
    """Delete the rows of a batch and return them in its order; those that somebody removed by hand are passed over."""
    found = {row.id: row for row in await tx.execute(_TAKE, {"ids": list(batch)})}
    return [found[id_] for id_ in batch if id_ in found]
