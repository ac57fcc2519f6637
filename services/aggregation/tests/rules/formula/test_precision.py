"""A value is shown with as many digits as it takes to see on which side of its target it stands."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregation.http.presenters import NOTHING
from aggregation.rules.assessment import meets
from aggregation.rules.formula import exact_value, shown, to_decimal
from aggregation.rules.formula.precision import telling_decimals
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value
from shared.catalogue import Target
from shared.catalogue.measure import Operator

OPERATORS: tuple[Operator, ...] = (">=", ">", "<=", "<")
COUNT = st.integers(0, 10**12)


def ratio(numerator: int, denominator: int, scale: int = 100) -> Value:
    value = to_decimal(Fraction(scale * numerator, denominator))
    return replace(NOTHING, value=value, numerator=Decimal(numerator), denominator=Decimal(denominator))


@pytest.mark.parametrize(
    ("value", "target", "read"),
    [
        (ratio(4996, 10000), "50", "49.96"),
        (ratio(499999, 1000000), "50", "49.9999"),
        (ratio(5, 10), "50", "50.0"),
        (ratio(5004, 10000), "50", "50.04"),
        (ratio(6, 10), "50", "60.0"),
        (ratio(1, 3), "50", "33.3"),
        (ratio(499999999999, 10**12), "50", "49.9999999999"),
    ],
)
def test_enough_digits_to_see_why_it_misses(plan: PlanIndex, value: Value, target: str, read: str) -> None:
    amount, decimals = shown(plan.measures["2.1"], value, Target(2025, ">=", Decimal(target)))
    assert f"{amount:.{decimals}f}" == read


def test_without_a_target_or_a_value(plan: PlanIndex) -> None:
    m = plan.measures["2.1"]
    assert shown(m, ratio(4996, 10000)) == (Decimal("50.0"), 1)
    assert shown(m, NOTHING, Target(2025, ">=", Decimal(50))) == (None, 1)


@given(COUNT, st.integers(1, 10**12), st.integers(0, 200 * 10**3), st.sampled_from(OPERATORS), st.integers(0, 5))
@example(4996, 10000, 50_000, ">=", 0)
@example(599500000001, 10**12, 60_000, ">", 5)
def test_what_is_read_gives_the_verdict_that_is_given(
    numerator: int, denominator: int, thousandths: int, op: Operator, tolerance: int
) -> None:
    """For any two counts and any target: who compares the figure on the page with the target agrees with the page."""
    eased = Decimal(tolerance) / 10 if tolerance else None
    target = Target(2025, op, Decimal(thousandths) / 1000, approximate=tolerance > 0, tolerance=eased)
    exact = Fraction(100 * numerator, denominator)
    decimals = telling_decimals(exact, [Fraction(target.value), Fraction(target.bound)], 1)
    read = Fraction(int(exact * 10**decimals + Fraction(1, 2)), 10**decimals)
    assert meets(read, target) == meets(exact, target)
    assert abs(read - exact) <= Fraction(1, 2 * 10**decimals) and decimals < 40


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_the_exact_value_comes_from_its_two_sides(plan: PlanIndex, numerator: int, denominator: int) -> None:
    assert exact_value(plan.measures["2.1"], ratio(numerator, denominator)) == Fraction(100 * numerator, denominator)


def test_a_quotient_of_means_has_no_exact_sides(plan: PlanIndex) -> None:
    means = replace(NOTHING, value=Decimal("1.333333"), numerator=Decimal("1.333333"), denominator=Decimal(1))
    assert exact_value(plan.measures["3.1"], means) == Fraction("1.333333")
    one = replace(NOTHING, value=Decimal(1), numerator=Decimal(1))
    assert exact_value(plan.measures["4.4"], one) == 1
