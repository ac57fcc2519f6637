"""Writing: one statement per step of a batch, however many events it holds."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.rules.fact import Fact
from aggregation.rules.formula import CellSum
from aggregation.rules.records import AnswerRecord, CellKey, FactKey, FactRow, ObligationRecord, Value, ValueKey
from aggregation.rules.revision import BASES, Basis, Revision
from aggregation.store import mapping, statements


def _columns(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, list[Any]]:
    columns = list(zip(*rows, strict=True))
    return {name: list(columns[i]) if columns else [] for i, name in enumerate(names)}


async def lock(tx: AsyncConnection) -> None:
    """Until the end of the transaction no other worker recomputes: two partitions meet in the same root cells."""
    await tx.execute(statements.LOCK)


async def open_obligations(tx: AsyncConnection, obligations: Iterable[ObligationRecord]) -> None:
    rows = sorted((o.obligation_id, o.obligation, o.form, o.unit, o.period, o.due_at) for o in obligations)
    await tx.execute(statements.OPEN, _columns(("ids", "obligations", "forms", "units", "periods", "dues"), rows))


async def revise(tx: AsyncConnection, revisions: Mapping[UUID, Iterable[Revision]]) -> None:
    """Merge what events say about revisions into what is stored; each (obligation, number) at most once."""
    rows = [
        (
            id,
            r.number,
            r.state,
            r.version,
            r.submission_id,
            mapping.observations_json(r.observations),
            r.illustrative,
            r.was_accepted,
        )
        for id, of_obligation in revisions.items()
        for r in of_obligation
    ]
    names = ("ids", "numbers", "states", "versions", "submissions", "contents", "illustrative", "was_accepted")
    await tx.execute(statements.REVISE, _columns(names, rows))


async def answers(tx: AsyncConnection, ids: Collection[UUID]) -> list[AnswerRecord]:
    """Of each obligation the latest revision and the latest that was ever accepted: no other one can count."""
    obligations: dict[UUID, ObligationRecord] = {}
    revisions: dict[UUID, list[Revision]] = {}
    for row in await tx.execute(statements.ANSWERS, {"ids": list(ids)}):
        obligations[row.obligation_id] = mapping.obligation(row)
        of_obligation = revisions.setdefault(row.obligation_id, [])
        if row.number is not None:
            of_obligation.append(mapping.revision(row))
    return [AnswerRecord(obligation, tuple(revisions[id])) for id, obligation in obligations.items()]


async def count(tx: AsyncConnection, counted: Mapping[UUID, Mapping[Basis, Revision | None]]) -> None:
    """Remember which revision counts, for coverage and explanations."""
    rows = [
        (id, *(r.number if (r := by_basis[basis]) else None for basis in BASES)) for id, by_basis in counted.items()
    ]
    await tx.execute(statements.COUNT, _columns(("ids", "received", "accepted"), rows))


async def facts(tx: AsyncConnection, sources: Collection[UUID]) -> dict[FactKey, FactRow]:
    rows = await tx.execute(statements.FACTS, {"ids": list(sources)})
    return {fact.key: fact for fact in (mapping.fact_row(row) for row in rows)}


async def places(tx: AsyncConnection) -> list[tuple[str, str]]:
    """Every (unit, period) with a fact that is expected or answered."""
    return [(row.unit, row.period) for row in await tx.execute(statements.PLACES)]


async def facts_at(tx: AsyncConnection, places: Collection[tuple[str, str]]) -> list[FactRow]:
    """Every fact of (unit, period)."""
    rows = await tx.execute(statements.FACTS_AT, _columns(("units", "periods"), sorted(places)))
    return [mapping.fact_row(row) for row in rows]


async def write_facts(tx: AsyncConnection, facts: Iterable[FactRow]) -> None:
    names = ("sources", "elements", "disaggregations", "bases", "units", "periods", "values", "statuses", "expected")
    rows = [
        (*row.key, row.unit, row.period, row.fact.value, row.fact.status, row.fact.expected)
        for row in sorted(facts, key=lambda row: row.key)
    ]
    await tx.execute(statements.WRITE_FACTS, _columns(names, rows))


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
    return {mapping.cell_key(row): mapping.cell_sum(row) for row in rows}


async def values(tx: AsyncConnection, places: Collection[tuple[str, str, str]]) -> dict[ValueKey, Value]:
    """(measure, unit, period) → the stored value on each basis."""
    rows = await tx.execute(statements.VALUES, _columns(("measures", "units", "periods"), sorted(places)))
    return {mapping.value_key(row): mapping.value(row) for row in rows}


async def write_values(tx: AsyncConnection, changed: Mapping[ValueKey, Value]) -> None:
    """Set the current values and add them to the history."""
    names = ("measures", "units", "periods", "bases", "values", "numerators", "denominators", "reported", "expected",
             "assessments", "provisional", "below_floor", "above_whole", "parts", "instants")  # fmt: skip
    rows = []
    for key, v in sorted(changed.items()):
        figures = (v.value, v.numerator, v.denominator, v.reported, v.expected, v.assessment)
        flags = (v.provisional, v.below_floor, v.above_whole)
        rows.append((*key, *figures, *flags, mapping.parts_json(v.parts), v.as_of))
    await tx.execute(statements.WRITE_VALUES, _columns(names, rows))
