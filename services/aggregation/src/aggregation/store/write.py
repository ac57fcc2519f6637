"""Writing: one statement per step of a batch, however many events it holds."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.rules.fact import Fact
from aggregation.rules.formula import CellSum
from aggregation.rules.records import Answer, CellKey, Duty, FactKey, FactRow, Value, ValueKey
from aggregation.rules.revision import BASES, Basis, Observation, Revision
from aggregation.store import statements


def _columns(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, list[Any]]:
    columns = list(zip(*rows, strict=True))
    return {name: list(columns[i]) if columns else [] for i, name in enumerate(names)}


async def lock(tx: AsyncConnection) -> None:
    """Until the end of the transaction no other worker recomputes: two partitions meet in the same root cells."""
    await tx.execute(statements.LOCK)


async def open_obligations(tx: AsyncConnection, duties: Iterable[Duty]) -> None:
    rows = sorted((d.obligation_id, d.obligation, d.form, d.unit, d.period, d.due_at) for d in duties)
    await tx.execute(statements.OPEN, _columns(("ids", "obligations", "forms", "units", "periods", "dues"), rows))


async def revise(tx: AsyncConnection, revisions: Mapping[UUID, Iterable[Revision]]) -> None:
    """Merge news about revisions into what is known; each (obligation, number) at most once."""
    rows = [
        (id, r.number, r.state, r.version, r.submission_id, _dump(r.observations), r.illustrative, r.was_accepted)
        for id, known in revisions.items()
        for r in known
    ]
    names = ("ids", "numbers", "states", "versions", "submissions", "contents", "illustrative", "was_accepted")
    await tx.execute(statements.REVISE, _columns(names, rows))


async def answers(tx: AsyncConnection, ids: Collection[UUID]) -> list[Answer]:
    """Of each obligation the latest revision and the latest that was ever accepted: no other one can count."""
    duties: dict[UUID, Duty] = {}
    revisions: dict[UUID, list[Revision]] = {}
    for row in await tx.execute(statements.ANSWERS, {"ids": list(ids)}):
        duties[row.obligation_id] = Duty(row.obligation_id, row.obligation, row.form, row.unit, row.period)
        known = revisions.setdefault(row.obligation_id, [])
        if row.number is not None:
            content = _load(row.observations)
            told = (row.submission_id, content, row.illustrative, row.was_accepted)
            known.append(Revision(row.number, row.state, row.version, *told))
    return [Answer(duty, tuple(revisions[id])) for id, duty in duties.items()]


async def count(tx: AsyncConnection, counted: Mapping[UUID, Mapping[Basis, Revision | None]]) -> None:
    """Remember which revision counts, for coverage and explanations."""
    rows = [
        (id, *(r.number if (r := by_basis[basis]) else None for basis in BASES)) for id, by_basis in counted.items()
    ]
    await tx.execute(statements.COUNT, _columns(("ids", "received", "accepted"), rows))


async def facts(tx: AsyncConnection, sources: Collection[UUID]) -> dict[FactKey, FactRow]:
    found = {}
    for row in await tx.execute(statements.FACTS, {"ids": list(sources)}):
        key = FactKey(row.source, row.element, row.disaggregation, row.basis)
        found[key] = FactRow(key, row.unit, row.period, Fact(row.value, row.status, row.expected))
    return found


async def places(tx: AsyncConnection) -> list[tuple[str, str]]:
    """Every (unit, period) with a fact that is expected or answered."""
    return [(row.unit, row.period) for row in await tx.execute(statements.PLACES)]


async def facts_at(tx: AsyncConnection, found: Collection[tuple[str, str]]) -> list[FactRow]:
    """Every fact of (unit, period)."""
    rows = await tx.execute(statements.FACTS_AT, _columns(("units", "periods"), sorted(found)))
    return [
        FactRow(FactKey(r.source, r.element, r.disaggregation, r.basis), r.unit, r.period,
                Fact(r.value, r.status, r.expected))
        for r in rows
    ]  # fmt: skip


async def write_facts(tx: AsyncConnection, rows: Iterable[FactRow]) -> None:
    names = ("sources", "elements", "disaggregations", "bases", "units", "periods", "values", "statuses", "expected")
    flat = [
        (*row.key, row.unit, row.period, row.fact.value, row.fact.status, row.fact.expected)
        for row in sorted(rows, key=lambda row: row.key)
    ]
    await tx.execute(statements.WRITE_FACTS, _columns(names, flat))


async def quarter_counts(
    tx: AsyncConnection, places: Collection[tuple[str, str, str]]
) -> dict[tuple[str, str, str, Basis], Fact]:
    """(unit, quarter, element) → the count on each basis."""
    rows = await tx.execute(statements.COUNTS, _columns(("units", "periods", "elements"), sorted(places)))
    return {
        (row.unit, row.period, row.element, cast(Basis, row.basis)): Fact(row.value, row.status, row.expected)
        for row in rows
    }


async def sum_cells(tx: AsyncConnection, keys: Iterable[CellKey], parents: Mapping[str, str | None]) -> None:
    """Recompute cells of units of one level from their facts and the cells below."""
    rows = [(*key, parents[key.unit]) for key in sorted(keys)]
    names = ("units", "periods", "elements", "disaggregations", "bases", "parents")
    await tx.execute(statements.SUM, _columns(names, rows))


async def cells(tx: AsyncConnection, places: Collection[tuple[str, str, str]]) -> dict[CellKey, CellSum]:
    """All cells of (unit, period, element), every disaggregation and basis."""
    rows = await tx.execute(statements.CELLS, _columns(("units", "periods", "elements"), sorted(places)))
    return {
        CellKey(r.unit, r.period, r.element, r.disaggregation, r.basis): CellSum(
            r.value, r.valued, r.reported, r.expected, r.estimates
        )
        for r in rows
    }


async def values(tx: AsyncConnection, places: Collection[tuple[str, str, str]]) -> dict[ValueKey, Value]:
    """(measure, unit, period) → the stored value on each basis."""
    rows = await tx.execute(statements.VALUES, _columns(("measures", "units", "periods"), sorted(places)))
    return {ValueKey(r.measure, r.unit, r.period, r.basis): value_of(r) for r in rows}


def value_of(row: Any) -> Value:
    figures = (row.value, row.numerator, row.denominator, row.reported, row.expected, row.assessment)
    return Value(*figures, row.provisional, row.below_floor, row.above_whole, tuple(row.parts), row.as_of)


async def write_values(tx: AsyncConnection, changed: Mapping[ValueKey, Value]) -> None:
    """Set the current values and add them to the history."""
    names = ("measures", "units", "periods", "bases", "values", "numerators", "denominators", "reported", "expected",
             "assessments", "provisional", "below_floor", "above_whole", "parts", "instants")  # fmt: skip
    rows = []
    for key, v in sorted(changed.items()):
        figures = (v.value, v.numerator, v.denominator, v.reported, v.expected, v.assessment)
        flags = (v.provisional, v.below_floor, v.above_whole)
        rows.append((*key, *figures, *flags, json.dumps(list(v.parts)), v.as_of))
    await tx.execute(statements.WRITE_VALUES, _columns(names, rows))


def _dump(observations: tuple[Observation, ...] | None) -> str | None:
    if observations is None:
        return None
    return json.dumps([o._asdict() | {"value": None if o.value is None else str(o.value)} for o in observations])


def _load(content: list[dict[str, Any]] | None) -> tuple[Observation, ...] | None:
    if content is None:
        return None
    return tuple(
        Observation(o["element"], o["disaggregation"], None if o["value"] is None else Decimal(o["value"]), o["status"])
        for o in content
    )
