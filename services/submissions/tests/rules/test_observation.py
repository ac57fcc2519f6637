"""Numbers as officers and files write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text.decimals import plain
from submissions.rules.observation import read_plain, read_vietnamese


@pytest.mark.parametrize(
    ("text", "value"), [("1.234,5", "1234.5"), ("12", "12"), ("1.234", "1234"), (" 0 ", "0"), ("1234", "1234")]
)
def test_numbers_are_read_the_vietnamese_way(text: str, value: str) -> None:
    assert read_vietnamese(text) == Decimal(value)


@pytest.mark.parametrize("text", ["1.5", "1,234.5", "1.23.456", "12a", "", "1 234", "1e3", "٣", ",5", "1.234.5"])
def test_an_ambiguous_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_vietnamese(text)


@given(st.decimals(min_value=0, max_value=10**12, places=6))
def test_a_number_survives_reading_and_writing(value: Decimal) -> None:
    assert read_plain(plain(value)) == value
    assert plain(read_plain(plain(value))) == plain(value)
