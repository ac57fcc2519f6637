"""Reading: the queries of the API and of the pages. None locks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.rules.formula import CellSum
from aggregation.rules.records import CellKey, Value, ValueKey
from aggregation.rules.revision import Basis
from aggregation.store import mapping
from aggregation.store.tables import cell, fact, indicator_history, indicator_value, obligation, revision


@dataclass(frozen=True)
class Contribution:
    """One fact that stands in a sum, with the submission it came from."""

    unit: str
    period: str
    form: str
    obligation_id: UUID
    submission_id: UUID | None
    revision: int
    element: str
    disaggregation: str
    value: Decimal | None
    status: str
    illustrative: bool


@dataclass(frozen=True)
class Reported:
    """An opened obligation and the revisions that count; None while the unit is out of the totals."""

    unit: str
    form: str
    period: str
    obligation_id: UUID
    due_at: datetime | None
    received: int | None
    accepted: int | None


async def values(
    tx: AsyncConnection, *, unit: str, basis: Basis, periods: Collection[str], as_of: datetime | None = None
) -> dict[ValueKey, Value]:
    """All measures of a unit; with `as_of` the values that stood here at that instant."""
    if as_of is None:
        v = indicator_value
        rows = await tx.execute(sa.select(v).where(v.c.unit == unit, v.c.period.in_(periods), v.c.basis == basis))
    else:
        h = indicator_history
        rows = await tx.execute(
            sa.select(h)
            .ext(distinct_on(h.c.period, h.c.measure))
            .where(h.c.unit == unit, h.c.period.in_(periods), h.c.basis == basis, h.c.as_of <= as_of)
            .order_by(h.c.period, h.c.measure, h.c.as_of.desc(), h.c.id.desc())
        )
    return {mapping.value_key(row): mapping.value(row) for row in rows}


async def series(tx: AsyncConnection, *, measures: Sequence[str], unit: str, basis: Basis) -> dict[ValueKey, Value]:
    """The value of every period."""
    v = indicator_value
    query = sa.select(v).where(v.c.unit == unit, v.c.basis == basis, v.c.measure.in_(measures)).order_by(v.c.period)
    return {mapping.value_key(row): mapping.value(row) for row in await tx.execute(query)}


async def history(
    tx: AsyncConnection,
    *,
    measures: Sequence[str],
    unit: str,
    period: str,
    basis: Basis,
    before: int | None = None,
    limit: int = 100,
) -> list[tuple[int, ValueKey, Value]]:
    """Every value that ever stood, newest first, with its place in the history."""
    h = indicator_history
    query = sa.select(h).where(h.c.measure.in_(measures), h.c.unit == unit, h.c.period == period, h.c.basis == basis)
    if before is not None:
        query = query.where(h.c.id < before)
    query = query.order_by(h.c.id.desc()).limit(limit)
    return [(row.id, mapping.value_key(row), mapping.value(row)) for row in await tx.execute(query)]


async def below(
    tx: AsyncConnection, *, measures: Sequence[str], period: str, basis: Basis, units: Collection[str]
) -> dict[ValueKey, Value]:
    v = indicator_value
    query = sa.select(v).where(v.c.measure.in_(measures), v.c.period == period, v.c.basis == basis, v.c.unit.in_(units))
    return {mapping.value_key(row): mapping.value(row) for row in await tx.execute(query)}


async def cells(
    tx: AsyncConnection, *, unit: str, period: str, basis: Basis, elements: Collection[str]
) -> dict[CellKey, CellSum]:
    c = cell
    query = sa.select(c).where(c.c.unit == unit, c.c.period == period, c.c.basis == basis, c.c.element.in_(elements))
    return {mapping.cell_key(row): mapping.cell_sum(row) for row in await tx.execute(query)}


async def contributions(
    tx: AsyncConnection,
    *,
    units: Collection[str],
    periods: Collection[str],
    basis: Basis,
    elements: Collection[str],
    limit: int = 2000,
) -> list[Contribution]:
    """The answered facts behind a sum and the submissions they come from."""
    f, o, r = fact, obligation, revision
    counted = o.c.received_revision if basis == "received" else o.c.accepted_revision
    query = (
        sa.select(f, o.c.form, r.c.submission_id, r.c.number, r.c.illustrative)
        .join(o, o.c.obligation_id == f.c.source)
        .join(r, sa.and_(r.c.obligation_id == o.c.obligation_id, r.c.number == counted))
        .where(f.c.unit.in_(units), f.c.period.in_(periods), f.c.basis == basis, f.c.element.in_(elements))
        .where(f.c.status.is_not(None))
        .order_by(f.c.unit, f.c.period, f.c.element, f.c.disaggregation)
        .limit(limit)
    )
    return [
        Contribution(
            row.unit, row.period, row.form, row.source, row.submission_id, row.number, row.element,
            row.disaggregation, row.value, row.status, row.illustrative,
        )
        for row in await tx.execute(query)
    ]  # fmt: skip


async def coverage(tx: AsyncConnection, periods: Collection[str]) -> list[Reported]:
    """Every obligation opened for the periods."""
    o = obligation
    query = sa.select(o).where(o.c.period.in_(periods)).order_by(o.c.unit, o.c.form, o.c.period)
    return [
        Reported(r.unit, r.form, r.period, r.obligation_id, r.due_at, r.received_revision, r.accepted_revision)
        for r in await tx.execute(query)
    ]


async def answered(
    tx: AsyncConnection, *, period: str, basis: Basis, elements: Collection[str]
) -> dict[str, list[tuple[str, bool]]]:
    """Element → the units that owe it and whether each has answered: the cells of a coverage strip."""
    f = fact
    query = (
        sa.select(f.c.element, f.c.unit, sa.func.bool_and(f.c.status.is_not(None)).label("answered"))
        .where(f.c.period == period, f.c.basis == basis, f.c.element.in_(elements), f.c.disaggregation == "")
        .where(f.c.expected)
        .group_by(f.c.element, f.c.unit)
        .order_by(f.c.element, f.c.unit)
    )
    units: dict[str, list[tuple[str, bool]]] = {}
    for row in await tx.execute(query):
        units.setdefault(row.element, []).append((row.unit, row.answered))
    return units


async def illustrative(tx: AsyncConnection, periods: Collection[str]) -> bool:
    """Whether any revision that counts in the periods is made-up data."""
    o, r = obligation, revision
    query = sa.select(
        sa.exists()
        .where(o.c.period.in_(periods), r.c.obligation_id == o.c.obligation_id, r.c.illustrative)
        .where(sa.or_(r.c.number == o.c.received_revision, r.c.number == o.c.accepted_revision))
    )
    return bool((await tx.execute(query)).scalar_one())


async def years(tx: AsyncConnection) -> dict[str, bool]:
    """Every year with an obligation, and whether a yearly report of it counts."""
    o = obligation
    counts = sa.func.bool_or(o.c.received_revision.is_not(None) | o.c.accepted_revision.is_not(None))
    query = sa.select(o.c.period, counts.label("counts")).where(sa.func.length(o.c.period) == 4).group_by(o.c.period)
    return {row.period: row.counts for row in await tx.execute(query)}


async def periods(tx: AsyncConnection) -> list[str]:
    """Every period that has an obligation, newest first."""
    query = sa.select(obligation.c.period).distinct()
    return sorted((await tx.execute(query)).scalars(), reverse=True)
