"""Texts are found in values of every kind, and taken out without touching the rest."""

from typing import Any

import pytest

from shared.erasure.words import label, pointers_in, texts_in, without

CELLS: list[dict[str, str | None]] = [
    {"measure": "population", "value": "12", "note": "bà Mẫu"},
    {"measure": "x", "value": None, "note": None},
]


@pytest.mark.parametrize(
    ("value", "member", "texts"),
    [
        ("words", None, {"": "words"}),
        (b"bytes", None, {"": b"bytes"}),
        (None, None, {}),
        ("  ", None, {}),
        (label(), None, {}),
        ({"a": "one", "b": ["two", 3, None, ""]}, None, {"/a": "one", "/b/0": "two"}),
        (CELLS, "note", {"/0/note": "bà Mẫu"}),
    ],
)
def test_texts_in_a_value(value: Any, member: str | None, texts: dict[str, Any]) -> None:
    assert texts_in(value, member) == texts


def test_figures_and_the_order_of_members_stay() -> None:
    after = without(CELLS, {"/0/note"})
    assert after == [{**CELLS[0], "note": label()}, CELLS[1]]
    assert list(after[0]) == list(CELLS[0])
    assert texts_in(after, "note") == {} and pointers_in(after, "note") == ["/0/note"]
    assert without("words", {""}) == label()
