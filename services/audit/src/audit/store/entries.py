"""Queries that read the event log. See `append` for how it grows."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    UnaryExpression,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from audit.rules.entry import EntryBody, ListedEntry, StoredEntry
from audit.rules.search import Search
from audit.store.tables import CONTENT, HAS_CONTENT, HAS_SUBMISSION, ILLUSTRATIVE, SUBMISSION, entry, log_head
from shared.text.identifier import writings

LISTED = (entry.c.index, entry.c.event_id, entry.c.type, entry.c.source, entry.c.subject, entry.c.time, entry.c.data)
STORED = tuple(entry.c[field.name] for field in fields(StoredEntry))


async def size(tx: AsyncConnection) -> int:
    return int((await tx.execute(select(log_head.c.size).where(log_head.c.id == 1))).scalar_one())


async def search(tx: AsyncConnection, query: Search, after: int | None, limit: int) -> list[ListedEntry]:
    """At most `limit` entries, newest first unless `query.oldest_first`; `after` is the last index already seen."""
    conditions = list(_conditions(query))
    if after is not None:
        conditions.append(entry.c.index > after if query.oldest_first else entry.c.index < after)
    order = entry.c.index.asc() if query.oldest_first else entry.c.index.desc()
    return await _listed(tx, conditions, [order], limit)


def _conditions(query: Search) -> list[ColumnElement[bool]]:
    equal = {
        entry.c.type: query.type,
        entry.c.period: query.period,
        entry.c.source: query.source,
    }
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value is not None]
    if query.subject:
        conditions.append(entry.c.subject.in_(query.subject))
    if query.units:
        conditions.append(entry.c.unit.in_(query.units))
    if query.since is not None:
        conditions.append(entry.c.time >= query.since)
    if query.until is not None:
        conditions.append(entry.c.time < query.until)
    if query.q:
        columns = (entry.c.event_id, entry.c.subject, entry.c.obligation_id, entry.c.trace_id)
        named = [entry.c.unit.in_(query.called)] if query.called else []
        conditions.append(
            or_(*(column.in_(query.q) for column in columns), *named, *_in_data(query.q, by_content=query.by_content))
        )
    return conditions


def _in_data(ids: Sequence[str], *, by_content: bool) -> list[ColumnElement[bool]]:
    """What only the events' data say; each has a partial index, whose words stand here without parameters."""
    submission, content = literal_column(SUBMISSION, Text), literal_column(CONTENT, Text)
    found = [and_(text(HAS_SUBMISSION), submission.in_(ids))]
    return [*found, and_(text(HAS_CONTENT), content.in_(ids))] if by_content else found


async def bodies(tx: AsyncConnection, after: int, topic: str | None, *, limit: int, most: int) -> list[EntryBody]:
    """The entries after `after`, oldest first: `most` bytes in all, or the first one if it is larger."""
    size = func.octet_length(entry.c.body) + func.coalesce(func.octet_length(entry.c.signature), 0)
    following = select(
        entry.c.index,
        entry.c.body,
        entry.c.signature,
        # The row holds the length even when the body is stored outside: a body that is cut off here is never read.
        func.sum(size).over(order_by=entry.c.index).label("bytes"),
        func.row_number().over(order_by=entry.c.index).label("position"),
    ).where(*_following(after, topic)).order_by(entry.c.index).limit(limit).subquery()  # fmt: skip
    statement = (
        select(following.c.index, following.c.body, following.c.signature)
        .where(or_(following.c.bytes <= most, following.c.position == 1))
        .order_by(following.c.index)
    )
    return [EntryBody(*row) for row in await tx.execute(statement)]


async def any_after(tx: AsyncConnection, after: int, topic: str | None) -> bool:
    return bool((await tx.execute(select(exists().where(*_following(after, topic)).select_from(entry)))).scalar_one())


def _following(after: int, topic: str | None) -> list[ColumnElement[bool]]:
    return [entry.c.index > after, *([entry.c.topic == topic] if topic is not None else [])]


async def timeline(
    tx: AsyncConnection, subject: Sequence[str], units: Collection[str], after: tuple[datetime, int] | None, limit: int
) -> list[ListedEntry]:
    """Everything about one subject, or about one obligation whatever the events' subject, in the order it happened.

    `subject` are the writings of its name. If `units` are given, only what is about one of them.
    """
    conditions: list[ColumnElement[bool]] = [or_(entry.c.subject.in_(subject), entry.c.obligation_id.in_(subject))]
    if units:
        conditions.append(entry.c.unit.in_(units))
    if after is not None:
        conditions.append(tuple_(entry.c.time, entry.c.index) > after)
    return await _listed(tx, conditions, [entry.c.time.asc(), entry.c.index.asc()], limit)


async def _listed(
    tx: AsyncConnection, conditions: list[ColumnElement[bool]], order: list[UnaryExpression[Any]], limit: int
) -> list[ListedEntry]:
    statement = select(*LISTED).where(*conditions).order_by(*order).limit(limit)
    return [ListedEntry(*row) for row in await tx.execute(statement)]


async def find(tx: AsyncConnection, event_id: str, units: Collection[str]) -> StoredEntry | None:
    """The whole entry with its body, however the id is written. If `units` are given, only one about one of them."""
    ids = writings(event_id)
    statement = select(*STORED).where(entry.c.event_id.in_(ids))
    if units:
        statement = statement.where(entry.c.unit.in_(units))
    stored = sorted((StoredEntry(*row) for row in await tx.execute(statement)), key=lambda one: ids.index(one.event_id))
    return stored[0] if stored else None


async def forms(tx: AsyncConnection, obligation_ids: Collection[str]) -> dict[str, str]:
    """The form of each obligation, from any entry about it that names one."""
    if not obligation_ids:
        return {}
    form = entry.c.data["form"].astext
    statement = (
        select(entry.c.obligation_id, func.min(form))
        .where(entry.c.obligation_id.in_(obligation_ids), form.is_not(None))
        .group_by(entry.c.obligation_id)
    )
    return {row[0]: row[1] for row in await tx.execute(statement)}


async def any_illustrative(tx: AsyncConnection, periods: Collection[str]) -> bool:
    """Whether the log holds an illustrative submission for one of the periods: their figures rest on it."""
    if not periods:
        return False
    statement = select(exists().where(entry.c.period.in_(periods), text(ILLUSTRATIVE)).select_from(entry))
    return bool((await tx.execute(statement)).scalar_one())
