"""A measure's value from the sums of its elements."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from aggregation.rules.formula import CellSum, Figure, elements, figure, to_decimal
from aggregation.rules.plan import PlanIndex


def cell(value: int | None, reported: int = 1, expected: int = 1, estimates: int = 0, valued: int = 1) -> CellSum:
    number = None if value is None else Decimal(value)
    return CellSum(number, 0 if value is None else valued, reported, expected, estimates)


def computed(plan: PlanIndex, code: str, cells: Mapping[str, CellSum]) -> Figure:
    """The figure of a measure from the cells of its elements by name."""
    names = elements(plan.measures[code])
    assert set(cells) <= set(names)
    return figure(plan.measures[code], [cells.get(name, CellSum()) for name in names])


def test_numerator_and_denominator_of_different_units_give_no_value(plan: PlanIndex) -> None:
    cells = {"n_people_reached.6.1": cell(10, 2, 3), "population.6.1": cell(100, 3, 3)}
    found = computed(plan, "6.1", cells)
    assert (found.value, found.reported, found.expected, found.complete) == (None, 2, 3, False)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)), min_size=1, max_size=30))
def test_the_value_is_that_of_the_sums(plan: PlanIndex, pairs: list[tuple[int, int]]) -> None:
    top, bottom = sum(a for a, _ in pairs), sum(b for _, b in pairs)
    cells = {"n_people_reached.6.1": cell(top), "population.6.1": cell(bottom)}
    value = computed(plan, "6.1", cells).value
    assert value is not None and abs(Fraction(value) - Fraction(100 * top, bottom)) <= Fraction(1, 2 * 10**6)


@given(st.fractions(min_value=-(10**9), max_value=10**9))
def test_rounding_is_half_up_to_six_places(exact: Fraction) -> None:
    value = to_decimal(exact)
    assert abs(Fraction(value) - exact) <= Fraction(1, 2 * 10**6)
    assert "E" not in str(value)


def test_extreme_totals_have_a_value(plan: PlanIndex) -> None:
    """No report that passes intake (up to 10^12, 6 decimals) may stop the worker."""
    most, least = Decimal(10**12), Decimal("0.000001")
    for top in (most, most * 100 - least, least):
        for bottom in (most, most * 100 - least, least):
            sides = {"n_maternal_deaths.4.2": top, "n_live_births.4.2": bottom}
            cells = {name: CellSum(value, 1, 1, 1) for name, value in sides.items()}
            value = computed(plan, "4.2", cells).value
            exact = Fraction(100000) * Fraction(top) / Fraction(bottom)
            assert value is not None and abs(Fraction(value) - exact) <= Fraction(1, 2 * 10**6)
            assert "E" not in str(value)
