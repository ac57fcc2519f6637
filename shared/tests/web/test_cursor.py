import base64
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Problem
from shared.web.cursor import decode, encode, listing

KINDS = (int, str, Decimal, date, datetime, UUID)
keys = st.tuples(
    st.integers(),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
    st.uuids(),
)


@given(keys)
def test_a_key_comes_back_as_it_was(key: tuple[Any, ...]) -> None:
    assert decode(encode(*key), *KINDS) == key


ENCODED = st.binary(min_size=1, max_size=40).map(lambda b: base64.urlsafe_b64encode(b).decode())


@given(st.text(min_size=1, max_size=40) | ENCODED)
def test_anything_else_is_a_problem(cursor: str) -> None:
    with pytest.raises(Problem) as raised:
        decode(cursor, datetime, UUID)
    assert (raised.value.status, raised.value.code) == (400, "cursor-invalid")


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        ('["2026-12-14T00:00:00"]', [datetime]),
        ('["a\\u0000b"]', [str]),
        ('["NaN"]', [Decimal]),
        ("[true]", [int]),
        ('["1"]', [int]),
        ("[1]", [str]),
        ("[1, 2]", [int]),
        ("{}", [int]),
        ("[" * 900, [int]),
    ],
)
def test_parts_of_another_kind_are_refused(content: str, kinds: list[type[Any]]) -> None:
    with pytest.raises(Problem):
        decode(base64.urlsafe_b64encode(content.encode()).decode(), *kinds)


def test_no_cursor_is_the_first_page() -> None:
    assert decode(None, int) is None


def test_pages_show_every_row_once() -> None:
    rows = list(range(7))
    shown: list[int] = []
    cursor = None
    for _ in range(4):
        after = decode(cursor, int)
        found = [row for row in rows if after is None or row > after[0]][: 3 + 1]
        page = listing(found, 3, lambda row: (row,), lambda row: row)
        shown += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert shown == rows
    assert listing([], 3, lambda row: (row,), lambda row: row) == {"items": [], "next": None}
