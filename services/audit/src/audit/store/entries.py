"""Every query on the event log.

The log is append-only and its `index` is gapless from 0: `append` takes the row lock on `log_head`, so one transaction
at a time gives out numbers, and a rollback gives them back. `entry.body` holds the exact bytes. Both are what a Merkle
tree over the log needs (docs/design.md 3.8: leaf i is the hash of body i, and its tiles are written in the same
transaction, after the insert and before `log_head` is moved): that place is `append`; nothing of the tree is built yet.
"""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, exists, func, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from audit.rules.entry import Entry, once
from audit.rules.search import Search
from audit.store.tables import ILLUSTRATIVE, entry, log_head

# The lock is taken in a statement of its own: the next one then sees everything its previous holder committed, so that
# `not exists` is exact. `on conflict do nothing` would leave holes in the numbering.
LOCK = text("select size from log_head where id = 1 for update")
APPEND = text("""
    with fresh as (
      select u.*, row_number() over (order by u.place) - 1 as n
      from unnest(
        cast(:event_id as text[]), cast(:type as text[]), cast(:source as text[]), cast(:subject as text[]),
        cast(:obligation_id as text[]), cast(:unit as text[]), cast(:period as text[]), cast(:time as timestamptz[]),
        cast(:received_at as timestamptz[]), cast(:topic as text[]), cast(:partition as int[]),
        cast(:offset as bigint[]), cast(:trace_id as text[]), cast(:sequence as bigint[]),
        cast(:prevhash as bytea[]), cast(:body as bytea[])
      ) with ordinality as u(event_id, type, source, subject, obligation_id, unit, period, time, received_at, topic,
        partition, "offset", trace_id, sequence, prevhash, body, place)
      where not exists (select from entry e where e.event_id = u.event_id)
    ), added as (
      insert into entry (index, event_id, type, source, subject, obligation_id, unit, period, time, received_at, topic,
        partition, "offset", trace_id, sequence, prevhash, body, data)
      select cast(:size as bigint) + n, event_id, type, source, subject, obligation_id, unit, period, time, received_at,
        topic, partition, "offset", trace_id, sequence, prevhash, body,
        cast(convert_from(body, 'UTF8') as jsonb) -> 'data'
      from fresh
      returning event_id
    )
    select event_id from added
""")
GROW = text("update log_head set size = size + :added where id = 1 and size = :size")

COLUMNS = tuple(field.name for field in fields(Entry))
LISTED = (entry.c.index, entry.c.event_id, entry.c.type, entry.c.source, entry.c.subject, entry.c.time, entry.c.data)


async def lock(tx: AsyncConnection) -> int:
    """Become the only writer until the end of the transaction. Answers the size of the log."""
    return int((await tx.execute(LOCK)).scalar_one())


async def append(tx: AsyncConnection, entries: Sequence[Entry]) -> list[Entry]:
    """Add the entries in their order, those already in the log left out. Answers those that were new.

    The caller is the only writer afterwards, even when it gave no entries.
    """
    size = await lock(tx)
    fresh = once(entries)
    if not fresh:
        return []
    columns: dict[str, Any] = {name: [getattr(item, name) for item in fresh] for name in COLUMNS}
    added = set((await tx.execute(APPEND, {**columns, "size": size})).scalars())
    # Context the Merkle tiles over [size, size + added) will be written.
    if added and (await tx.execute(GROW, {"added": len(added), "size": size})).rowcount != 1:
        raise RuntimeError("log_head moved under its lock")
    return [item for item in fresh if item.event_id in added]


async def size(tx: AsyncConnection) -> int:
    return int((await tx.execute(select(log_head.c.size).where(log_head.c.id == 1))).scalar_one())


async def search(tx: AsyncConnection, wanted: Search, after: int | None, limit: int) -> Sequence[RowMapping]:
    """At most `limit` entries, newest first unless `wanted.oldest_first`; `after` is the last index already seen."""
    conditions = list(_conditions(wanted))
    if after is not None:
        conditions.append(entry.c.index > after if wanted.oldest_first else entry.c.index < after)
    order = entry.c.index.asc() if wanted.oldest_first else entry.c.index.desc()
    statement = select(*LISTED).where(*conditions).order_by(order).limit(limit)
    return (await tx.execute(statement)).mappings().all()


def _conditions(wanted: Search) -> list[ColumnElement[bool]]:
    equal = {
        entry.c.type: wanted.type,
        entry.c.subject: wanted.subject,
        entry.c.unit: wanted.unit,
        entry.c.period: wanted.period,
        entry.c.source: wanted.source,
    }
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if wanted.since is not None:
        conditions.append(entry.c.time >= wanted.since)
    if wanted.until is not None:
        conditions.append(entry.c.time < wanted.until)
    if wanted.q is not None:
        columns = (entry.c.event_id, entry.c.subject, entry.c.obligation_id, entry.c.trace_id)
        submission = text("data ->> 'submission_id' = :submission").bindparams(submission=wanted.q)
        conditions.append(or_(*(column == wanted.q for column in columns), submission))
    return conditions


async def bodies(tx: AsyncConnection, after: int, topic: str | None, *, limit: int, most: int) -> Sequence[RowMapping]:
    """Index and exact bytes of what follows `after`, oldest first: bodies of `most` bytes in all, or the first one."""
    following = select(
        entry.c.index,
        entry.c.body,
        # The length stands in the row even when the body is stored out of it: what is cut off context is never read.
        (func.sum(func.octet_length(entry.c.body)).over(order_by=entry.c.index)).label("bytes"),
        func.row_number().over(order_by=entry.c.index).label("place"),
    ).where(*_following(after, topic)).order_by(entry.c.index).limit(limit).subquery()  # fmt: skip
    statement = (
        select(following.c.index, following.c.body)
        .where(or_(following.c.bytes <= most, following.c.place == 1))
        .order_by(following.c.index)
    )
    return (await tx.execute(statement)).mappings().all()


async def any_after(tx: AsyncConnection, after: int, topic: str | None) -> bool:
    return bool((await tx.execute(select(exists().where(*_following(after, topic)).select_from(entry)))).scalar_one())


def _following(after: int, topic: str | None) -> list[ColumnElement[bool]]:
    return [entry.c.index > after, *([entry.c.topic == topic] if topic is not None else [])]


async def timeline(
    tx: AsyncConnection, subject: str, unit: str | None, after: tuple[datetime, int] | None, limit: int
) -> Sequence[RowMapping]:
    """Everything about one subject, or one duty whatever the events' subject, in the order it happened."""
    conditions: list[ColumnElement[bool]] = [or_(entry.c.subject == subject, entry.c.obligation_id == subject)]
    if unit is not None:
        conditions.append(entry.c.unit == unit)
    if after is not None:
        conditions.append(tuple_(entry.c.time, entry.c.index) > after)
    statement = select(*LISTED).where(*conditions).order_by(entry.c.time, entry.c.index).limit(limit)
    return (await tx.execute(statement)).mappings().all()


async def find(tx: AsyncConnection, event_id: str, unit: str | None) -> RowMapping | None:
    """The whole entry, body too; only when it is about `unit`, if one is given."""
    statement = select(entry).where(entry.c.event_id == event_id)
    if unit is not None:
        statement = statement.where(entry.c.unit == unit)
    return (await tx.execute(statement)).mappings().one_or_none()


async def forms(tx: AsyncConnection, duties: Collection[str]) -> dict[str, str]:
    """The form of each duty, from any entry about it that names one."""
    if not duties:
        return {}
    form = entry.c.data["form"].astext
    statement = (
        select(entry.c.obligation_id, func.min(form))
        .where(entry.c.obligation_id.in_(duties), form.is_not(None))
        .group_by(entry.c.obligation_id)
    )
    return {row[0]: row[1] for row in await tx.execute(statement)}


async def any_illustrative(tx: AsyncConnection, periods: Collection[str]) -> bool:
    """Whether the log holds an illustrative submission for one of the periods: whatever is told of them rests on it."""
    if not periods:
        return False
    statement = select(exists().where(entry.c.period.in_(periods), text(ILLUSTRATIVE)).select_from(entry))
    return bool((await tx.execute(statement)).scalar_one())


async def counts(tx: AsyncConnection) -> dict[str, int]:
    """How many entries of each type."""
    rows = await tx.execute(select(entry.c.type, func.count()).group_by(entry.c.type))
    return {row[0]: row[1] for row in rows}
