"""Indicator values, their history and the cells they are made of: for batches, the API and the pages."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.rules.formula import CellSum
from aggregation.rules.records import CellKey, Value, ValueKey, ValuePart
from aggregation.rules.revision import Basis
from aggregation.store import statements
from aggregation.store.tables import FIGURE, cell, indicator_history, indicator_value
from shared.database.columns import columns

_WRITTEN = (
    *("measures", "units", "periods", "bases"),
    *("values", "numerators", "denominators", "reported", "expected"),
    *("assessments", "provisional", "below_floor", "above_whole", "parts", "instants", "needs_check"),
)


async def cells_at(tx: AsyncConnection, places: Collection[tuple[str, str, str]]) -> dict[CellKey, CellSum]:
    """All cells of (unit, period, element), every disaggregation and basis."""
    lists = columns(("units", "periods", "elements"), sorted(places))
    return _to_cells(await tx.execute(statements.CELLS, lists))


async def values_at(tx: AsyncConnection, places: Collection[tuple[str, str, str]]) -> dict[ValueKey, Value]:
    """(measure, unit, period) → the stored value on each basis."""
    lists = columns(("measures", "units", "periods"), sorted(places))
    return to_values(await tx.execute(statements.VALUES, lists))


async def write_values(tx: AsyncConnection, changed: Mapping[ValueKey, Value]) -> None:
    """Set the current values and add them to the history."""
    rows = [(*key, *_stored(changed[key])) for key in sorted(changed)]
    await tx.execute(statements.WRITE_VALUES, columns(_WRITTEN, rows))


async def values_of(
    tx: AsyncConnection, *, unit: str, basis: Basis, periods: Collection[str], as_of: datetime | None = None
) -> dict[ValueKey, Value]:
    """All measures of a unit; with `as_of` the values that stood here at that instant."""
    if as_of is not None:
        return await told_last(tx, indicator_history, unit=unit, basis=basis, periods=periods, as_of=as_of)
    return to_values(await tx.execute(statements.VALUES_OF, {"unit": unit, "basis": basis, "periods": list(periods)}))


async def told_last(
    tx: AsyncConnection,
    told: sa.Table,
    *,
    unit: str,
    basis: Basis,
    periods: Collection[str] | None = None,
    as_of: datetime | None = None,
) -> dict[ValueKey, Value]:
    """The latest value of each measure and period in `told`, the history or the publications, until `as_of`."""
    query = (
        sa.select(*_shown(told))
        .ext(distinct_on(told.c.period, told.c.measure))
        .where(told.c.unit == unit, told.c.basis == basis)
        .order_by(told.c.period, told.c.measure, told.c.as_of.desc(), told.c.id.desc())
    )
    if periods is not None:
        query = query.where(told.c.period.in_(periods))
    if as_of is not None:
        query = query.where(told.c.as_of <= as_of)
    return to_values(await tx.execute(query))


async def series(tx: AsyncConnection, *, measures: Sequence[str], unit: str, basis: Basis) -> dict[ValueKey, Value]:
    """The value of every period."""
    v = indicator_value
    query = sa.select(v).where(v.c.unit == unit, v.c.basis == basis, v.c.measure.in_(measures)).order_by(v.c.period)
    return to_values(await tx.execute(query))


async def history(
    tx: AsyncConnection,
    *,
    told: sa.Table = indicator_history,
    measures: Sequence[str],
    unit: str,
    period: str,
    basis: Basis,
    shows: Callable[[ValueKey, Value], bool] | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[tuple[int, ValueKey, Value]]:
    """Every value that ever stood and that `shows` lets through, newest first, with its place among these. `told`: as
    in `told_last`.

    The place stands in cursors, hence not the row's id: between two ids are the rows of all other values, secret ones
    among them. For the same reason all rows are read where `shows` decides: what it withholds has no place.
    """
    place = sa.func.row_number().over(order_by=told.c.id).label("place")
    stood = sa.select(place, *_shown(told)).where(
        told.c.measure.in_(measures), told.c.unit == unit, told.c.period == period, told.c.basis == basis
    )
    if shows is not None:
        read = [(_to_key(row), to_value(row)) for row in await tx.execute(stood.order_by(told.c.id))]
        places = [(place, *one) for place, one in enumerate((one for one in read if shows(*one)), 1)]
        return [one for one in reversed(places) if before is None or one[0] < before][:limit]
    rows = stood.subquery()
    query = sa.select(rows).order_by(rows.c.place.desc()).limit(limit)
    if before is not None:
        query = query.where(rows.c.place < before)
    return [(row.place, _to_key(row), to_value(row)) for row in await tx.execute(query)]


async def below(
    tx: AsyncConnection, *, measures: Sequence[str], period: str, basis: Basis, units: Collection[str]
) -> dict[ValueKey, Value]:
    v = indicator_value
    query = sa.select(v).where(v.c.measure.in_(measures), v.c.period == period, v.c.basis == basis, v.c.unit.in_(units))
    return to_values(await tx.execute(query))


async def cells_of(
    tx: AsyncConnection, *, unit: str, period: str, basis: Basis, elements: Collection[str]
) -> dict[CellKey, CellSum]:
    c = cell
    sums = (c.c.value, c.c.valued, c.c.reported, c.c.expected, c.c.estimates, c.c.implausible)
    query = sa.select(c.c.unit, c.c.period, c.c.element, c.c.disaggregation, c.c.basis, *sums)
    query = query.where(c.c.unit == unit, c.c.period == period, c.c.basis == basis, c.c.element.in_(elements))
    return _to_cells(await tx.execute(query))


def _to_cells(rows: Iterable[Any]) -> dict[CellKey, CellSum]:
    """Of rows with the key of the cell and then what `CellSum` holds, in its order."""
    return {CellKey(*row[:5]): CellSum(*row[5:]) for row in rows}


def _shown(told: sa.Table) -> list[sa.Column[Any]]:
    """What a value with its key is made of: of which reports a published one is the sum is much more than that."""
    return [told.c[name] for name in (*ValueKey._fields, *(name for name, _, _ in FIGURE), "needs_check")]


def to_values(rows: Iterable[Any]) -> dict[ValueKey, Value]:
    return {_to_key(row): to_value(row) for row in rows}


def _to_key(row: Any) -> ValueKey:
    return ValueKey(row.measure, row.unit, row.period, row.basis)


def to_value(row: Any) -> Value:
    return Value(
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        reported=row.reported,
        expected=row.expected,
        assessment=row.assessment,
        provisional=row.provisional,
        below_floor=row.below_floor,
        above_whole=row.above_whole,
        parts=tuple(_part(part) for part in row.parts),
        as_of=row.as_of,
        needs_check=row.needs_check,
    )


def stored_columns(v: Value) -> dict[str, object]:
    """Column → what is kept of a value."""
    names = (*(name for name, _, _ in FIGURE), "needs_check")
    return {name: getattr(v, name) for name in names} | {"parts": parts_list(v.parts)}


def _stored(v: Value) -> tuple[object, ...]:
    """What is kept of a value, in the order of `_WRITTEN`."""
    figures = (v.value, v.numerator, v.denominator, v.reported, v.expected)
    judged = (v.assessment, v.provisional, v.below_floor, v.above_whole)
    return (*figures, *judged, parts_json(v.parts), v.as_of, v.needs_check)


def parts_json(parts: Iterable[ValuePart]) -> str:
    return json.dumps(parts_list(parts))


def parts_list(parts: Iterable[ValuePart]) -> list[dict[str, object]]:
    """Numbers as strings, exact."""
    return [{name: _plain(field) for name, field in vars(part).items()} for part in parts]


def _part(part: dict[str, Any]) -> ValuePart:
    return ValuePart(
        dimension=part["dimension"],
        category=part["category"],
        value=_number(part["value"]),
        numerator=_number(part["numerator"]),
        denominator=_number(part["denominator"]),
        reported=part["reported"],
        expected=part["expected"],
        meets=part["meets"],
    )


def _plain(field: object) -> object:
    return format(field, "f") if isinstance(field, Decimal) else field


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
