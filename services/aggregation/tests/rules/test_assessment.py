"""A figure against its target."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation.http.presenters import NOTHING
from aggregation.rules.assessment import FigurePart, FigureResult, assess, combine, meets, results
from aggregation.rules.formula import Figure
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import ValuePart
from shared.catalogue import Target
from shared.catalogue.measure import Operator


def full(value: Fraction | int | str | None) -> Figure:
    return Figure(None if value is None else Fraction(value), reported=1, expected=1)


def test_comparison_is_exact_and_strict() -> None:
    assert not meets(Fraction(4999999, 100000), Target(2025, ">=", Decimal(50)))
    assert not meets(Fraction(30), Target(2025, "<", Decimal(30)))
    assert meets(Fraction(30), Target(2025, "<=", Decimal(30)))
    assert not meets(Fraction(90), Target(2025, ">", Decimal(90)))
    assert meets(Fraction(17, 10), Target(2025, "<=", Decimal("1.7")))


def test_not_judged_without_target_or_coverage(plan: PlanIndex) -> None:
    m = plan.measures["2.1"]
    assert assess(m, full(70), [], None) == "not_assessed"
    assert assess(m, Figure(Fraction(70), reported=1, expected=2), [], m.target_for(2025)) == "not_assessed"
    assert assess(m, Figure(), [], m.target_for(2025)) == "not_assessed"
    assert assess(m, full(50), [], m.target_for(2025)) == "met"


def test_levels_make_it_partly_met(plan: PlanIndex) -> None:
    m = plan.measures["1.1"]
    target = m.target_for(2025)

    def levels(**values: int | None) -> list[FigurePart]:
        return [FigurePart("admin_level", name, full(value)) for name, value in values.items()]

    assert assess(m, full(55), levels(province=70, commune=50), target) == "partly_met"
    assert assess(m, full(55), levels(province=55, commune=55), target) == "not_met"
    assert assess(m, full(61), levels(province=80, commune=50), target) == "partly_met"
    assert assess(m, full(61), levels(province=61, commune=60), target) == "met"
    assert assess(m, full(61), levels(province=61, district=None), target) == "met"
    assert assess(m, full(55), levels(province=55, district=None), target) == "not_met"


def test_each_sex_is_tested(plan: PlanIndex) -> None:
    m = plan.measures["5.2a"]
    target = m.target_for(2025)

    def sexes(male: int | None, female: int | None) -> list[FigurePart]:
        return [FigurePart("sex", "male", full(male)), FigurePart("sex", "female", full(female))]

    assert assess(m, full(95), sexes(95, 95), target) == "met"
    assert assess(m, full(95), sexes(99, 90), target) == "partly_met"
    assert assess(m, full(80), sexes(80, 80), target) == "not_met"
    assert assess(m, full(95), sexes(None, 95), target) == "met"


def test_an_indicator_of_two_measures() -> None:
    assert combine(["met", "met"]) == "met"
    assert combine(["met", "not_met"]) == "partly_met"
    assert combine(["not_met", "not_met"]) == "not_met"
    assert combine(["met", "not_assessed"]) == "not_assessed"
    assert combine(["met", "not_applicable"]) == "met"
    assert combine(["not_applicable"]) == "not_applicable"


OPERATORS: list[Operator] = [">=", ">", "<=", "<"]


@given(st.fractions(0, 200), st.integers(1, 200), st.decimals("0.1", 5, places=1), st.sampled_from(OPERATORS))
def test_about_is_met_within_its_tolerance_and_nowhere_else(
    exact: Fraction, value: int, tolerance: Decimal, op: Operator
) -> None:
    plain = Target(2030, op, Decimal(value))
    about = replace(plain, approximate=True, tolerance=tolerance)
    eased = exact + Fraction(tolerance) if op in (">=", ">") else exact - Fraction(tolerance)
    assert meets(exact, about) == meets(eased, plain)
    assert meets(exact, about) or not meets(exact, plain)


def test_about_60_is_met_by_what_rounds_to_60(plan: PlanIndex) -> None:
    target = plan.measures["2.1"].target_for(2030)
    assert target is not None and target.approximate and not target.tolerance_confirmed
    m = plan.measures["2.1"]
    assert [assess(m, full(n), [], target) for n in ("59.5", "59.49", "60", "61")] == ["met", "not_met", "met", "met"]


def part(dimension: str, category: str, met: bool | None) -> ValuePart:
    return ValuePart(dimension, category, Decimal(1), Decimal(1), Decimal(1), 1, 1, met)


@pytest.mark.parametrize(
    ("code", "numerator", "parts", "expected"),
    [
        ("1.1", 70, {"province": True, "commune": False}, [(None, True), ("province", True), ("commune", False)]),
        ("1.1", 50, {"province": True, "district": None}, [(None, False), ("province", True)]),
        ("5.2a", 95, {"female": False, "male": True}, [("female", False), ("male", True)]),
        ("3.2a", 85, {"BLG": True, "BLGD": None}, [(None, True)]),
    ],
)
def test_what_a_value_was_judged_by(
    plan: PlanIndex, code: str, numerator: int, parts: dict[str, bool | None], expected: list[tuple[str | None, bool]]
) -> None:
    m = plan.measures[code]
    judged = replace(
        NOTHING, value=Decimal(numerator), numerator=Decimal(numerator), denominator=Decimal(100),
        reported=2, expected=2, assessment="partly_met",
        parts=tuple(part("x", category, met) for category, met in parts.items()),
    )  # fmt: skip
    told = results(m, judged, m.target_for(2025))
    assert [(one.category, one.meets) for one in told] == expected
    assert results(m, judged, None) == results(m, replace(judged, assessment="not_assessed"), m.target_for(2025)) == []


def test_a_result_without_a_category_is_the_total(plan: PlanIndex) -> None:
    m = plan.measures["2.1"]
    judged = replace(NOTHING, value=Decimal(50), numerator=Decimal(5), denominator=Decimal(10), assessment="met")
    assert results(m, judged, m.target_for(2025)) == [FigureResult(None, None, meets=True)]
