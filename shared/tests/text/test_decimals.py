"""The one rounding, against the definition."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.text.decimals import decimals_of, half_up, plain

fractions = st.fractions(min_value=-(10**30), max_value=10**30, max_denominator=10**9)


@given(fractions, st.integers(0, 6))
@example(Fraction(11125, 100), 1)
@example(Fraction(-1, 20), 1)
@example(Fraction(10**40 + 5, 10), 0)
def test_it_is_the_nearest_and_half_goes_away_from_zero(value: Fraction, decimals: int) -> None:
    rounded = Fraction(half_up(value, decimals))
    step = Fraction(1, 10**decimals)
    assert abs(rounded - value) <= step / 2
    assert (rounded / step).denominator == 1
    if abs(rounded - value) == step / 2:
        assert abs(rounded) > abs(value)


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [("111.25", 1, "111.3"), ("0.05", 1, "0.1"), ("-0.05", 1, "-0.1"), ("60", 2, "60.00"), ("2.5", 0, "3")],
)
def test_it_is_written_with_its_places(value: str, decimals: int, written: str) -> None:
    assert format(half_up(Decimal(value), decimals), "f") == written


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20), max_value=10**20))
def test_plain_says_the_same_number_without_an_exponent(value: Decimal) -> None:
    assert Decimal(plain(value)) == value
    assert "E" not in plain(value) and not plain(value).endswith((".", ".0"))
    assert decimals_of(value) == len(plain(value).partition(".")[2])


@pytest.mark.parametrize(
    ("value", "count"),
    [("1E-400000000", 400_000_000), ("10E-999999999", 999_999_998), ("0E-400000000", 0), ("1E+400000000", 0)],
)
def test_decimals_are_counted_without_writing_them(value: str, count: int) -> None:
    assert decimals_of(Decimal(value)) == count
