"""Numbers as officers and files write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text.decimals import plain
from submissions.rules.observation import ObservationEntry, read_plain, read_vietnamese


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


@pytest.mark.parametrize(
    ("value", "expected"), [(None, False), ("", False), (" \n", False), ("x", True), (0, True), ([], True)]
)
def test_a_blank_text_is_no_value_but_one_of_the_wrong_type_is(value: object, expected: bool) -> None:
    assert ObservationEntry("population", value).has_value is expected


@pytest.mark.parametrize(
    ("note", "kept"), [(None, None), (" \u200b", None), (5, None), (" đối chiếu\r\nsổ ", "đối chiếu\nsổ")]
)
def test_a_note_is_kept_as_far_as_it_shows_something(note: object, kept: str | None) -> None:
    assert ObservationEntry("population", "1", note=note).kept_note == kept
