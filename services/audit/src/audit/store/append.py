"""Append entries to the log.

The log is append-only and its `index` is gapless from 0. `append` takes the row lock on `log_head`, so one transaction
at a time gives out numbers, and a rollback gives them back. `entry.body` holds the exact bytes. A Merkle tree over the
log needs both (docs/design.md 3.8: leaf i is the hash of body i, and its tiles are written in the same transaction,
after the insert and before `log_head` is moved). `append` is the place for it; nothing of the tree is built yet.
"""

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from audit.rules.entry import LogEntry, once

# The lock is a statement of its own: the next statement then sees everything that the previous holder committed, so
# that `not exists` is exact. `on conflict do nothing` would leave holes in the numbering.
LOCK = text("select size from log_head where id = 1 for update")
APPEND = text("""
    with fresh as (
      select u.*, row_number() over (order by u.place) - 1 as n
      from unnest(
        cast(:event_id as text[]), cast(:type as text[]), cast(:source as text[]), cast(:subject as text[]),
        cast(:obligation_id as text[]), cast(:unit as text[]), cast(:period as text[]), cast(:time as timestamptz[]),
        cast(:received_at as timestamptz[]), cast(:topic as text[]), cast(:partition as int[]),
        cast(:offset as bigint[]), cast(:trace_id as text[]), cast(:sequence as bigint[]),
        cast(:prevhash as bytea[]), cast(:body as bytea[]), cast(:signature as bytea[])
      ) with ordinality as u(event_id, type, source, subject, obligation_id, unit, period, time, received_at, topic,
        partition, "offset", trace_id, sequence, prevhash, body, signature, place)
      where not exists (select from entry e where e.event_id = u.event_id)
    ), added as (
      insert into entry (index, event_id, type, source, subject, obligation_id, unit, period, time, received_at, topic,
        partition, "offset", trace_id, sequence, prevhash, body, signature, data)
      select cast(:size as bigint) + n, event_id, type, source, subject, obligation_id, unit, period, time, received_at,
        topic, partition, "offset", trace_id, sequence, prevhash, body, signature,
        cast(convert_from(body, 'UTF8') as jsonb) -> 'data'
      from fresh
      returning event_id
    )
    select event_id from added
""")
# Only what may be a contradiction is asked for: an event that came again. A letter that could be read holds its id
# until it is replayed; then there is an entry.
CONTRADICTIONS = text("""
    select distinct u.place
    from unnest(cast(:ids as text[]), cast(:bodies as bytea[])) with ordinality as u (id, body, place)
      left join entry on entry.event_id = u.id
      left join dead_letter on dead_letter.event_id = u.id and dead_letter.state <> 'replayed'
    where coalesce(entry.body, dead_letter.value) <> u.body
    order by u.place
""")
GROW = text("update log_head set size = size + :added where id = 1 and size = :size")

COLUMNS = tuple(field.name for field in fields(LogEntry))


async def lock(tx: AsyncConnection) -> int:
    """Become the only writer until the transaction ends. Answers the size of the log."""
    return int((await tx.execute(LOCK)).scalar_one())


async def append(tx: AsyncConnection, entries: Sequence[LogEntry]) -> list[LogEntry]:
    """Add the entries in their order, without those that the log has already. Answers the entries that were new.

    The caller is the only writer afterwards, even when it gave no entries.
    """
    size = await lock(tx)
    fresh = once(entries)
    if not fresh:
        return []
    columns = {name: [getattr(item, name) for item in fresh] for name in COLUMNS}
    added = set((await tx.execute(APPEND, {**columns, "size": size})).scalars())
    # Here the Merkle tiles over [size, size + added) will be written.
    if added and (await tx.execute(GROW, {"added": len(added), "size": size})).rowcount != 1:
        raise RuntimeError("log_head moved under its lock")
    return [item for item in fresh if item.event_id in added]


async def contradictions(tx: AsyncConnection, events: Sequence[tuple[str, bytes]]) -> list[int]:
    """The positions of the events, given as id and bytes, of which the log has an entry with other bytes, or a
    dead letter where it has none."""
    ids, bodies = [id_ for id_, _ in events], [body for _, body in events]
    return [place - 1 for place in (await tx.execute(CONTRADICTIONS, {"ids": ids, "bodies": bodies})).scalars()]
