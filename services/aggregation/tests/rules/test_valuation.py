"""From the cells of a place to the value of a measure there."""

from decimal import Decimal
from fractions import Fraction

import pytest

from aggregation.rules.formula import CellSum, Figure
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import CellKey, ValueKey, ValuePart
from aggregation.rules.valuation import current_values, part_dimension, value, whole
from services.aggregation.tests.drivers.event_writer import NOW

COHORT, COMPLETED = "n_em_primary_cohort.5.2a", "n_em_primary_completed.5.2a"


def reported(number: int) -> CellSum:
    return CellSum(Decimal(number), 1, 1, 1)


def test_each_category_is_a_part(plan: PlanIndex) -> None:
    cells = {(COHORT, ""): reported(200), (COMPLETED, ""): reported(184)}
    cells |= {(COHORT, "sex=male"): reported(100), (COMPLETED, "sex=male"): reported(99)}
    cells |= {(COHORT, "sex=female"): reported(100), (COMPLETED, "sex=female"): reported(85)}
    computed = value(plan, plan.measures["5.2a"], "DAK_NONG", "2025", cells)
    assert (computed.value, computed.assessment) == (Decimal(92), "partly_met")
    hundred = Decimal(100)
    assert computed.parts == (
        ValuePart("sex", "female", Decimal(85), Decimal(85), hundred, 1, 1, meets=False),
        ValuePart("sex", "male", Decimal(99), Decimal(99), hundred, 1, 1, meets=True),
    )
    assert {part.meets for part in value(plan, plan.measures["5.2a"], "DAK_NONG", "2024", cells).parts} == {None}


def test_a_measure_of_two_owners_expects_both(plan: PlanIndex) -> None:
    shared, own = plan.measures["3.2a"], plan.measures["6.1"]
    assert whole(plan, shared, plan.root, Figure(reported=1, expected=1)).expected == 2
    assert whole(plan, shared, plan.root, Figure()).expected == 0
    assert whole(plan, own, plan.root, Figure(reported=1, expected=1)).expected == 1


@pytest.mark.parametrize("measure", ["3.2a", "3.2b"])
def test_a_unit_is_complete_with_the_part_that_it_owes(plan: PlanIndex, measure: str) -> None:
    """Every unit but the whole area, whatever its level."""
    for unit in plan.catalogue.units:
        complete = whole(plan, plan.measures[measure], unit, Figure(Fraction(90), reported=1, expected=1)).complete
        assert complete == (unit != plan.root), unit


def test_what_a_value_is_broken_down_by(plan: PlanIndex) -> None:
    dimensions = {code: part_dimension(plan, plan.measures[code]) for code in ("1.1", "3.2a", "5.2a", "6.1")}
    assert dimensions == {"1.1": "admin_level", "3.2a": "violence_type", "5.2a": "sex", "6.1": None}


def test_every_place_has_a_value_on_both_bases(plan: PlanIndex) -> None:
    cells = {
        CellKey("DAK_NONG", "2026", name, "", "received"): reported(number)
        for name, number in (("n_people_reached.6.1", 40), ("population.6.1", 100))
    }
    values = current_values(plan, [("6.1", "DAK_NONG", "2026")], cells, NOW)
    received, accepted = (values[ValueKey("6.1", "DAK_NONG", "2026", b)] for b in ("received", "accepted"))
    assert (received.value, received.as_of) == (Decimal(40), NOW)
    assert (accepted.value, accepted.expected) == (None, 0)
