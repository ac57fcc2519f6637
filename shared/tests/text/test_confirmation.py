"""What a request confirms: every entry must be a code that there is, wherever it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text.confirmation import CONFIRMATIONS, MOST_NAMED, read_confirmed

JSON = st.none() | st.booleans() | st.integers() | st.text(max_size=50) | st.lists(st.text(max_size=3), max_size=2)


@given(entries=st.lists(st.sampled_from(CONFIRMATIONS) | JSON, max_size=30))
def test_every_entry_is_read(entries: list[object]) -> None:
    read = read_confirmed(entries)
    assert read is not None
    wrong = [place for place, entry in enumerate(entries) if entry not in CONFIRMATIONS]
    assert list(read.unknown) == wrong[:MOST_NAMED]
    assert set(read.known) == {entry for entry in entries if isinstance(entry, str)} & set(CONFIRMATIONS)


def test_what_is_repeated_of_an_entry_is_short_and_hides_nothing() -> None:
    read = read_confirmed(["personal_data"] * 9 + ["\u202e" + "x" * 100])
    assert read is not None and list(read.unknown) == [9] and read.known == CONFIRMATIONS
    assert "\u202e" not in read.unknown[9] and len(read.unknown[9]) == 41


@pytest.mark.parametrize("raw", [None, "personal_data", {"personal_data": True}, 1, True])
def test_what_is_no_list(raw: object) -> None:
    assert read_confirmed(raw) is None
