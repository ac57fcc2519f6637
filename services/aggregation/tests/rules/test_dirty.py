"""What must be computed again after facts have changed."""

from decimal import Decimal
from uuid import uuid4

from aggregation.rules.dirty import DirtyCells, changed_facts
from aggregation.rules.fact import Fact
from aggregation.rules.observation import ReportedObservation
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import AnswerRecord, FactKey, FactRow, ObligationRecord
from aggregation.rules.revision import Revision, counting

OLD_COMMUNE = "24736@2021-01-01"
ID = uuid4()
VET = ("n_vet_new_total", "n_vet_new_female")


def answered(total: int) -> AnswerRecord:
    content = tuple(ReportedObservation(name, "", Decimal(total), "final") for name in VET)
    obligation = ObligationRecord(ID, "O1", "B12-NGHE", "SO_GDDT", "2026")
    return AnswerRecord(obligation, (Revision(1, "received", 1, observations=content),))


def changed(plan: PlanIndex, answer: AnswerRecord, stored: dict[FactKey, FactRow]) -> list[FactRow]:
    return changed_facts(plan, [answer], {ID: counting(answer.revisions)}, stored)


def test_a_fact_dirties_every_unit_above_from_the_deepest_level_up(plan: PlanIndex) -> None:
    row = FactRow(FactKey(ID, "population.6.1", "", "received"), OLD_COMMUNE, "2024", Fact(Decimal(1), "final"))
    dirty = DirtyCells()
    dirty.mark(plan, row, [ID])
    levels = dirty.by_level(plan)
    assert [key.unit for keys in levels for key in keys] == [OLD_COMMUNE, "667@2021-01-01", "DAK_NONG"]
    assert dirty.causes[("DAK_NONG", "2024", "population.6.1")] == {ID}


def test_only_what_differs_is_changed(plan: PlanIndex) -> None:
    rows = changed(plan, answered(10), {})
    assert {row.key.basis for row in rows} == {"received", "accepted"} and len(rows) == 4
    stored = {row.key: row for row in rows}
    assert changed(plan, answered(10), stored) == []
    again = changed(plan, answered(11), stored)
    assert {(row.key.basis, row.fact.value) for row in again} == {("received", Decimal(11))}


def test_a_field_that_is_gone_becomes_empty(plan: PlanIndex) -> None:
    key = FactKey(ID, "gone", "", "received")
    stored = {key: FactRow(key, "SO_GDDT", "2026", Fact(Decimal(1), "final"))}
    assert FactRow(key, "SO_GDDT", "2026", Fact(expected=False)) in changed(plan, answered(10), stored)
