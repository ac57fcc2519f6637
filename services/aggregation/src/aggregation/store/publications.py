"""Secret sums that were published, and the reports that they and a next one are made of."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.rules.disclosure import ReportId
from aggregation.rules.records import AnswerRecord, ObligationRecord, Value, ValueKey
from aggregation.rules.revision import Basis, Revision
from aggregation.store import batch_steps, indicator_values, statements
from aggregation.store.indicator_values import stored_columns, to_value, to_values, told_last
from aggregation.store.tables import FIGURE, indicator_value, obligation, publication, revision

Reports = frozenset[ReportId]
FIGURES = [*(name for name, _, _ in FIGURE if name != "as_of"), "needs_check"]


class PublishedSum(NamedTuple):
    """A sum that was published. `reports` None: of which reports is not known, as of one that was put back from an
    event of before December 2026."""

    basis: Basis
    as_of: datetime
    value: Value
    reports: Reports | None


async def outdated(
    tx: AsyncConnection, *, measures: Collection[str], forms: Collection[str], unit: str
) -> list[ValueKey]:
    """The values that are others, or of other reports, than when they were last published, or never were.

    Of other reports although it is the same number: that nothing is published then would tell that it is.
    """
    v, p, o = indicator_value, publication, obligation
    same = (p.c.measure == v.c.measure, p.c.unit == v.c.unit, p.c.period == v.c.period, p.c.basis == v.c.basis)
    last = sa.select(p).where(*same).order_by(p.c.as_of.desc(), p.c.id.desc()).limit(1).lateral("last")
    other = sa.or_(*(last.c[name].is_distinct_from(v.c[name]) for name in FIGURES))
    counted = sa.case((v.c.basis == "received", o.c.received_revision), else_=o.c.accepted_revision)
    one = sa.func.jsonb_build_array(sa.func.jsonb_build_array(o.c.obligation_id, counted))
    new = sa.exists().where(
        o.c.form.in_(forms),
        o.c.period == v.c.period,
        counted.is_not(None),
        ~last.c.members.op("@>", return_type=sa.Boolean)(one),
    )
    query = sa.select(v.c.measure, v.c.unit, v.c.period, v.c.basis).join_from(v, last, sa.true(), isouter=True)
    query = query.where(v.c.measure.in_(measures), v.c.unit == unit, v.c.reported > 0, other | new)
    return sorted(ValueKey(*row) for row in await tx.execute(query))


async def due_at(tx: AsyncConnection, *, forms: Collection[str], period: str) -> datetime | None:
    """When the last of the opened obligations is due."""
    o = obligation
    query = sa.select(sa.func.max(o.c.due_at)).where(o.c.form.in_(forms), o.c.period == period)
    due: datetime | None = (await tx.execute(query)).scalar_one()
    return due


async def answers(tx: AsyncConnection, *, forms: Collection[str], period: str) -> list[AnswerRecord]:
    """All revisions of all obligations, also those that count no more: they stand in sums that were told."""
    o, r = obligation, revision
    query = sa.select(o, r).join(r, r.c.obligation_id == o.c.obligation_id)
    found: dict[UUID, tuple[ObligationRecord, list[Revision]]] = {}
    for row in await tx.execute(query.where(o.c.form.in_(forms), o.c.period == period)):
        owed = ObligationRecord(row.obligation_id, row.obligation, row.form, row.unit, row.period)
        found.setdefault(row.obligation_id, (owed, []))[1].append(batch_steps.to_revision(row))
    return [AnswerRecord(owed, tuple(revisions)) for owed, revisions in found.values()]


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


async def sums(tx: AsyncConnection, *, measure: str, unit: str, period: str) -> list[PublishedSum]:
    """Every sum that was published, on both bases, oldest first."""
    p = publication
    query = sa.select(p).where(p.c.measure == measure, p.c.unit == unit, p.c.period == period)
    rows = await tx.execute(query.order_by(p.c.as_of, p.c.id))
    return [PublishedSum(row.basis, row.as_of, to_value(row), _read(row.members)) for row in rows]


async def instants(tx: AsyncConnection) -> set[tuple[ValueKey, datetime | None]]:
    """When what was published."""
    p = publication
    rows = await tx.execute(sa.select(p.c.measure, p.c.unit, p.c.period, p.c.basis, p.c.as_of))
    return {(ValueKey(*row[:4]), row.as_of) for row in rows}


async def add(tx: AsyncConnection, published: Mapping[ValueKey, tuple[Value, Iterable[ReportId] | None]]) -> None:
    rows = [
        {
            **key._asdict(),
            **stored_columns(value),
            "members": None if reports is None else [[str(id), number] for id, number in sorted(reports)],
        }
        for key, (value, reports) in sorted(published.items(), key=lambda item: item[0])
    ]
    await tx.execute(sa.insert(publication), rows)


def _read(rows: Sequence[Sequence[object]] | None) -> Reports | None:
    """Of rows of before December 2026 there is more than is needed."""
    return None if rows is None else frozenset((UUID(str(row[0])), int(str(row[1]))) for row in rows)
