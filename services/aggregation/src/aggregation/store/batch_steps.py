"""From answers to cells: what a batch reads and writes under its lock, however many events it has.

What becomes of the cells, the indicator values, stands in `indicator_values`.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.rules import observation
from aggregation.rules.fact import Fact
from aggregation.rules.records import AnswerRecord, CellKey, FactKey, FactRow, ObligationRecord
from aggregation.rules.revision import BASES, Basis, ReportedRevision, Revision
from aggregation.store import statements
from shared.database.columns import columns
from shared.database.write import Write, joined, write


async def lock(tx: AsyncConnection) -> None:
    """Until the end of the transaction no other worker recomputes: two partitions meet in the same root cells."""
    await tx.execute(statements.LOCK)


async def keep_reported(
    tx: AsyncConnection,
    obligations: Iterable[ObligationRecord],
    revisions: Mapping[UUID, Iterable[ReportedRevision]],
) -> dict[tuple[UUID, int], str | None]:
    """Merge what events say into what is stored. Of each (obligation, number): the hash of the content that is kept."""
    kept = await tx.execute(*joined(_opening(obligations), _revising(revisions)))
    return {(id, number): sha256 for id, number, sha256 in kept}


def _opening(obligations: Iterable[ObligationRecord]) -> Write:
    rows = sorted((o.obligation_id, o.obligation, o.form, o.unit, o.period, o.due_at) for o in obligations)
    return Write(statements.OPEN, columns(("ids", "obligations", "forms", "units", "periods", "dues"), rows))


def _revising(revisions: Mapping[UUID, Iterable[ReportedRevision]]) -> Write:
    """Each (obligation, number) at most once."""
    rows = [(id, *revision) for id, of_obligation in revisions.items() for revision in of_obligation]
    names = ("ids", "numbers", "states", "versions", "submissions", "contents", "illustrative", "was_accepted")
    return Write(statements.REVISE, columns((*names, "hashes"), rows))


async def answers(tx: AsyncConnection, ids: Collection[UUID]) -> list[AnswerRecord]:
    """Of each obligation the latest revision and the latest that was ever accepted: no other one can count."""
    obligations: dict[UUID, ObligationRecord] = {}
    revisions: dict[UUID, list[Revision]] = {}
    for row in await tx.execute(statements.ANSWERS, {"ids": list(ids)}):
        obligations[row.obligation_id] = ObligationRecord(
            row.obligation_id, row.obligation, row.form, row.unit, row.period
        )
        of_obligation = revisions.setdefault(row.obligation_id, [])
        if row.number is not None:
            of_obligation.append(to_revision(row))
    return [AnswerRecord(obligation, tuple(revisions[id])) for id, obligation in obligations.items()]


def noting_counted(counted: Mapping[UUID, Mapping[Basis, Revision | None]]) -> Write:
    """Remember which revision counts, for coverage and explanations."""
    rows = [
        (id, *(r.number if (r := by_basis[basis]) else None for basis in BASES)) for id, by_basis in counted.items()
    ]
    return Write(statements.COUNT, columns(("ids", "received", "accepted"), rows))


async def facts(tx: AsyncConnection, sources: Collection[UUID]) -> dict[FactKey, FactRow]:
    rows = await tx.execute(statements.FACTS, {"ids": list(sources)})
    return {fact.key: fact for fact in (to_fact_row(row) for row in rows)}


async def places(tx: AsyncConnection) -> list[tuple[str, str]]:
    """Every (unit, period) with a fact that is expected or answered."""
    return [(row.unit, row.period) for row in await tx.execute(statements.PLACES)]


async def facts_at(tx: AsyncConnection, places: Collection[tuple[str, str]]) -> list[FactRow]:
    """Every fact of (unit, period)."""
    rows = await tx.execute(statements.FACTS_AT, columns(("units", "periods"), sorted(places)))
    return [to_fact_row(row) for row in rows]


async def write_facts(tx: AsyncConnection, facts: Iterable[FactRow]) -> None:
    await write(tx, writing_facts(facts))


def writing_facts(facts: Iterable[FactRow]) -> Write:
    names = (
        "sources",
        "elements",
        "disaggregations",
        "bases",
        "units",
        "periods",
        "values",
        "statuses",
        "expected",
        "implausible",
    )
    rows = [
        (*row.key, row.unit, row.period, row.fact.value, row.fact.status, row.fact.expected, row.fact.implausible)
        for row in sorted(facts, key=lambda row: row.key)
    ]
    return Write(statements.WRITE_FACTS, columns(names, rows))


async def quarter_counts(
    tx: AsyncConnection, places: Collection[tuple[str, str, str]]
) -> dict[tuple[str, str, str, Basis], Fact]:
    """(unit, quarter, element) → the count on each basis."""
    rows = await tx.execute(statements.COUNTS, columns(("units", "periods", "elements"), sorted(places)))
    return {(row.unit, row.period, row.element, cast(Basis, row.basis)): to_fact(row) for row in rows}


async def sum_cells(tx: AsyncConnection, keys: Iterable[CellKey], parents: Mapping[str, str | None]) -> None:
    """Recompute cells of units of one level from their facts and the cells below."""
    rows = [(*key, parents[key.unit]) for key in sorted(keys)]
    names = ("units", "periods", "elements", "disaggregations", "bases", "parents")
    await tx.execute(statements.SUM, columns(names, rows))


def to_revision(row: Any) -> Revision:
    return Revision(
        number=row.number,
        state=row.state,
        version=row.version,
        submission_id=row.submission_id,
        observations=None if row.observations is None else observation.read(row.observations),
        illustrative=row.illustrative,
        was_accepted=row.was_accepted,
    )


def to_fact_row(row: Any) -> FactRow:
    key = FactKey(row.source, row.element, row.disaggregation, row.basis)
    return FactRow(key, row.unit, row.period, to_fact(row))


def to_fact(row: Any) -> Fact:
    return Fact(row.value, row.status, row.expected, row.implausible)
