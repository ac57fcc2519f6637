"""Secret sums that were published, and the reports that a next one would be made of."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.rules.disclosure import Member
from aggregation.rules.records import Value, ValueKey
from aggregation.rules.revision import Basis
from aggregation.store import indicator_values, statements
from aggregation.store.indicator_values import stored_columns, to_values, told_last
from aggregation.store.tables import fact, indicator_value, obligation, publication


async def outdated(tx: AsyncConnection, *, measures: Collection[str], unit: str) -> list[ValueKey]:
    """The values that have changed since they were last published, or never were."""
    v, p = indicator_value, publication
    same = (p.c.measure == v.c.measure, p.c.unit == v.c.unit, p.c.period == v.c.period, p.c.basis == v.c.basis)
    current = sa.exists().where(*same, p.c.as_of >= v.c.as_of)
    query = sa.select(v.c.measure, v.c.unit, v.c.period, v.c.basis).where(
        v.c.measure.in_(measures), v.c.unit == unit, v.c.reported > 0, ~current
    )
    return sorted(ValueKey(*row) for row in await tx.execute(query))


async def due_at(tx: AsyncConnection, *, forms: Collection[str], period: str) -> datetime | None:
    """When the last of the opened obligations is due."""
    o = obligation
    query = sa.select(sa.func.max(o.c.due_at)).where(o.c.form.in_(forms), o.c.period == period)
    due: datetime | None = (await tx.execute(query)).scalar_one()
    return due


async def members(
    tx: AsyncConnection, *, secret: str, whole: str | None, period: str, basis: Basis
) -> frozenset[Member]:
    """The reports in a sum whose count in it is not known already. `whole`: the name of the sum that the secret one is
    a part of; a report where it is 0 has no secret."""
    f, o, w = fact, obligation, fact.alias()
    counted = o.c.received_revision if basis == "received" else o.c.accepted_revision
    query = (
        sa.select(f.c.source, counted.label("revision"), f.c.unit, f.c.value, w.c.value.label("whole"))
        .select_from(f)
        .join(o, o.c.obligation_id == f.c.source)
        .outerjoin(
            w,
            sa.and_(*(w.c[name] == f.c[name] for name in ("source", "disaggregation", "basis")), w.c.element == whole),
        )
        .where(f.c.element == secret, f.c.period == period, f.c.basis == basis, f.c.disaggregation == "")
        .where(f.c.value.is_not(None), counted.is_not(None))
    )
    return frozenset(
        Member(row.source, row.revision, row.unit, row.whole is None or row.value < row.whole)
        for row in await tx.execute(query)
        if row.whole is None or row.whole > 0
    )


async def standing(
    tx: AsyncConnection,
    *,
    unit: str,
    basis: Basis,
    periods: Collection[str] | None = None,
    as_of: datetime | None = None,
) -> dict[ValueKey, Value]:
    """The latest publication of each measure and period, until `as_of`."""
    return await told_last(tx, publication, unit=unit, basis=basis, periods=periods, as_of=as_of)


async def beside_values(
    tx: AsyncConnection, *, unit: str, basis: Basis, periods: Sequence[str]
) -> tuple[dict[ValueKey, Value], dict[ValueKey, Value]]:
    """All measures of a unit as they stand now, and the latest publications of them."""
    given = {"unit": unit, "basis": basis, "periods": periods}
    rows = (await tx.execute(statements.VALUES_BESIDE_PUBLISHED, given)).all()
    return to_values(row for row in rows if not row.published), to_values(row for row in rows if row.published)


history = partial(indicator_values.history, told=publication)


async def sums(tx: AsyncConnection, *, measure: str, unit: str, period: str) -> list[frozenset[Member]]:
    """The reports of every sum that was published, on both bases, oldest first."""
    p = publication
    query = sa.select(p.c.members).where(p.c.measure == measure, p.c.unit == unit, p.c.period == period)
    return [_read(row.members) for row in await tx.execute(query.order_by(p.c.id))]


async def add(tx: AsyncConnection, published: Mapping[ValueKey, tuple[Value, Collection[Member]]]) -> None:
    rows = [
        {**key._asdict(), **stored_columns(value), "members": _written(members)}
        for key, (value, members) in sorted(published.items(), key=lambda item: item[0])
    ]
    await tx.execute(sa.insert(publication), rows)


def _written(members: Collection[Member]) -> list[Sequence[Any]]:
    return [[str(member.obligation_id), *member[1:]] for member in sorted(members)]


def _read(rows: Sequence[Sequence[Any]]) -> frozenset[Member]:
    return frozenset(Member(UUID(id), *rest) for id, *rest in rows)
