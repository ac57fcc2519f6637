"""Indicator 6.3: enough items in every quarter."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregation.rules import every_quarter
from aggregation.rules.assessment import meets
from aggregation.rules.fact import Fact
from aggregation.rules.plan import PlanIndex
from shared.catalogue import Catalogue, Measure, Target
from shared.catalogue.measure import Direction, Operator


def test_quarters_of_2025_are_those_of_all_predecessors(catalogue: Catalogue) -> None:
    judged = every_quarter.JudgedUnit("24611@2025-07-01", "2025")
    old = ["24611", "24612", "24619", "24622"]
    expected = {(f"{code}@2021-01-01", quarter) for code in old for quarter in ("2025-Q1", "2025-Q2")}
    expected |= {("24611@2025-07-01", "2025-Q3"), ("24611@2025-07-01", "2025-Q4")}
    assert {(p.unit, p.period) for p in every_quarter.parts(catalogue, judged)} == expected
    for part in every_quarter.parts(catalogue, judged):
        assert judged in every_quarter.judged_units(catalogue, part.unit, part.period)
    year = every_quarter.parts(catalogue, every_quarter.JudgedUnit("24611@2025-07-01", "2026"))
    assert [(p.unit, p.period) for p in year] == [("24611@2025-07-01", f"2026-Q{n}") for n in (1, 2, 3, 4)]


def test_enough_in_every_quarter() -> None:
    def counts(*values: int) -> list[Fact | None]:
        return [Fact(Decimal(value), "final") for value in values]

    four = Decimal(4)
    assert every_quarter.flag(counts(4, 4, 5, 9), four).value == 1
    assert every_quarter.flag(counts(3, 16, 16, 16), four).value == 0
    assert every_quarter.flag([*counts(4, 4, 4), None], four) == Fact()
    assert every_quarter.flag([*counts(4), Fact(None, "not_applicable")], four).value == 0
    assert every_quarter.flag([], four) == Fact()


Counts = Mapping[str, Sequence[Fact | None]]
MINIMUM = Decimal(4)
REPORTED = st.sampled_from([Fact(Decimal(n), "final") for n in (0, 3, 4, 9)] + [Fact(None, "not_applicable")])
COUNT = st.one_of(REPORTED, st.sampled_from([None, Fact()]))
UNITS = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.lists(COUNT, min_size=1, max_size=3), min_size=1)


def reachable(measure: Measure, target: Target, counts: Counts) -> bool:
    """The oracle: some way to fill in what is missing, with nothing or with enough, meets the target."""
    gaps = [(u, n) for u, quarters in counts.items() for n, one in enumerate(quarters) if not one or not one.status]
    for filling in product((Decimal(0), MINIMUM), repeat=len(gaps)):
        filled = {unit: list(quarters) for unit, quarters in counts.items()}
        for (unit, n), value in zip(gaps, filling, strict=True):
            filled[unit][n] = Fact(value, "final")
        flags = [every_quarter.flag(quarters, MINIMUM).value for quarters in filled.values()]
        if meets(Fraction(measure.scale) * sum(Fraction(one or 0) for one in flags) / len(flags), target):
            return True
    return False


@given(UNITS, st.sampled_from([0, 33, 50, 67, 100]), st.sampled_from([">=", ">", "<=", "<"]))
@example({"a": [Fact(Decimal(3), "final"), None], "b": [None]}, 100, ">=")
def test_out_of_reach_is_what_no_filling_of_the_gaps_reaches(
    plan: PlanIndex, counts: Counts, percent: int, op: Operator
) -> None:
    direction: Direction = "higher" if op in (">=", ">") else "lower"
    measure = replace(plan.measures["6.3"], direction=direction, quarter_minimum=MINIMUM)
    target = Target(2026, op, Decimal(percent))
    seen = every_quarter.outlook(measure, target, counts)
    missing = any(one is None or one.status is None for quarters in counts.values() for one in quarters)
    assert seen.out_of_reach == (missing and not reachable(measure, target, counts))
    assert seen.units == len(counts)
    few = {u for u, quarters in counts.items() if any(q and q.status and (q.value or 0) < 4 for q in quarters)}
    assert seen.missed == few


def test_without_a_target_nothing_is_out_of_reach(plan: PlanIndex) -> None:
    counts: Counts = {"a": [Fact(Decimal(0), "final"), None]}
    seen = every_quarter.outlook(plan.measures["6.3"], None, counts)
    assert not seen.out_of_reach and set(seen.missed) == {"a"}


@pytest.mark.parametrize(
    ("unit", "period", "units"),
    [
        ("DAK_NONG", "2026", 28),
        ("DAK_NONG", "2025-Q1", 71),
        ("24611@2025-07-01", "2026", 1),
        ("DAK_NONG", "2024", 0),
        ("SO_Y_TE", "2026", 0),
    ],
)
def test_who_is_judged_stands_in_the_catalogue(plan: PlanIndex, unit: str, period: str, units: int) -> None:
    judged = every_quarter.units_judged(plan, plan.measures["6.3"], unit, period)
    assert len(judged) == len(set(judged)) == units
