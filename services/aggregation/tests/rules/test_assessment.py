"""A figure against its target."""

from decimal import Decimal
from fractions import Fraction

from aggregation.rules.assessment import FigurePart, assess, combine, meets
from aggregation.rules.formula import Figure
from aggregation.rules.plan import PlanIndex
from shared.catalogue import Target


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
