"""Where the figures come from: what was opened, reported and counted, for the API and the pages. Nothing locks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.rules.revision import Basis
from aggregation.store.tables import fact, obligation, revision


class FigurePosition(NamedTuple):
    """Where a figure stands among those behind a sum: the order of `contributions`."""

    unit: str
    period: str
    element: str
    disaggregation: str
    obligation_id: UUID


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
    implausible: bool

    @property
    def position(self) -> FigurePosition:
        return FigurePosition(self.unit, self.period, self.element, self.disaggregation, self.obligation_id)


@dataclass(frozen=True)
class DoubtedFigure:
    """A figure in a sum that is in doubt, and the submission that gave it."""

    unit: str
    element: str
    submission_id: UUID | None


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


async def contributions(
    tx: AsyncConnection,
    *,
    units: Collection[str],
    periods: Collection[str],
    basis: Basis,
    elements: Collection[str],
    after: FigurePosition | None = None,
    limit: int = 2000,
) -> list[Contribution]:
    """The answered facts behind a sum and the submissions they come from, in the order of their places."""
    f, o, r = fact, obligation, revision
    place = (f.c.unit, f.c.period, f.c.element, f.c.disaggregation, f.c.source)
    counted = o.c.received_revision if basis == "received" else o.c.accepted_revision
    query = (
        sa.select(f, o.c.form, r.c.submission_id, r.c.number, r.c.illustrative)
        .join(o, o.c.obligation_id == f.c.source)
        .join(r, sa.and_(r.c.obligation_id == o.c.obligation_id, r.c.number == counted))
        .where(f.c.unit.in_(units), f.c.period.in_(periods), f.c.basis == basis, f.c.element.in_(elements))
        .where(f.c.status.is_not(None))
        .order_by(*place)
        .limit(limit)
    )
    if after is not None:
        query = query.where(sa.tuple_(*place) > sa.tuple_(*after))
    return [
        Contribution(
            row.unit, row.period, row.form, row.source, row.submission_id, row.number, row.element,
            row.disaggregation, row.value, row.status, row.illustrative, row.implausible,
        )
        for row in await tx.execute(query)
    ]  # fmt: skip


async def doubted(
    tx: AsyncConnection, *, periods: Collection[str], basis: Basis, elements: Collection[str]
) -> list[DoubtedFigure]:
    """The figures in doubt behind the sums kept under `elements`, each once, the largest first.

    An order that tells about sensitive counts: `pages.doubts.in_order` makes it one to show.
    """
    f, o, r = fact, obligation, revision
    counted = o.c.received_revision if basis == "received" else o.c.accepted_revision
    query = (
        sa.select(f.c.unit, f.c.element, r.c.submission_id)
        .join(o, o.c.obligation_id == f.c.source)
        .join(r, sa.and_(r.c.obligation_id == o.c.obligation_id, r.c.number == counted))
        .where(f.c.implausible, f.c.period.in_(periods), f.c.basis == basis, f.c.element.in_(elements))
        .group_by(f.c.unit, f.c.element, r.c.submission_id)
        .order_by(sa.func.max(f.c.value).desc(), f.c.unit, f.c.element)
    )
    return [DoubtedFigure(row.unit, row.element, row.submission_id) for row in await tx.execute(query)]


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
