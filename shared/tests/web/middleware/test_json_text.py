"""What the text of a JSON body may not be."""

import json
import time

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.web.middleware.json_text import (
    MAX_DIGITS,
    MOST_FAULTS,
    _each_fault,
    depth_exceeds,
    is_faultless,
    json_faults,
)

JSON = {"Content-Type": "application/json"}


def told(body: bytes) -> list[tuple[str, str]]:
    return [(fault.code, fault.pointer) for fault in json_faults(body)]


@pytest.mark.parametrize(("depth", "status"), [(20, 200), (21, 400), (100_000, 400)])
async def test_nesting(client: httpx.AsyncClient, depth: int, status: int) -> None:
    answer = await client.post("/api/v1/open", content=b"[" * depth + b"]" * depth, headers=JSON)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("body", "deep"),
    [
        (b'{"a": "' + b"[" * 50 + b'"}', False),
        (b'["\\"", ' + b"[" * 19 + b"]" * 19 + b"]", False),
        (b'["\\"", ' + b"[" * 20 + b"]" * 20 + b"]", True),
        (b"[" + b"{}," * 100 + b"{}]", False),
        (b'"' + b"[" * 30, False),  # no JSON: the parser refuses it
    ],
)
def test_depth_ignores_texts(body: bytes, deep: bool) -> None:
    assert depth_exceeds(body, 20) is deep


def test_a_hostile_body_is_looked_at_once() -> None:
    """A mebibyte of quotes without an end took half an hour when each of them began a search of its own."""
    steps = []
    for size in (2**16, 2**20):
        begin = time.process_time()
        depth_exceeds(b"[" * 21 + b'"' + b'\\"' * (size // 2), 20)
        steps.append(time.process_time() - begin)
    assert steps[1] < 1 + 64 * steps[0]


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        (b'{"a": 1, "b": [{"c": 1, "c": 2, "d": 3}], "a": 2}', [("duplicate-key", "/a"), ("duplicate-key", "/b/0/c")]),
        (b'{"a/b": 1, "a/b": 2}', [("duplicate-key", "/a~1b")]),
        (b'{"a": 1, "\\u0061": 2}', [("duplicate-key", "/a")]),
        (b'{"a": 1, "a": {"b": 1, "b": 2}}', [("duplicate-key", "/a"), ("duplicate-key", "/a/b")]),
        (b'[NaN, {"a": -Infinity}]', []),  # the route names the cell
        (b'{"a": ' + b"1" * (MAX_DIGITS + 1) + b"}", [("number-too-long", "/a")]),
        (b'{"a": 0.' + b"1" * MAX_DIGITS + b"}", [("number-too-long", "/a")]),
        (b'{"general": "\xa7\xbec"}', [("not-utf8", "")]),
        ('{"a": 1}'.encode("utf-16"), [("not-utf8", "")]),
        ('{"a": 1}'.encode("utf-16-be"), [("not-utf8", "")]),
        (b'\xef\xbb\xbf{"a": 1}', []),
        (b'{"a": ', []),  # the route's parser says where
        (b"", []),
    ],
)
def test_each_fault_has_its_place(body: bytes, faults: list[tuple[str, str]]) -> None:
    assert told(body) == faults


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": ":", "b": 2}}',
        b'[{"a": 1}, {"a:": 1, "a:": 1}]',
        b'{"a": 1, "a": 2, "b": "\\u003a"}',  # an escape writes the colon that would make up for the lost one
        b'{"a": [{"b": 1}, {"b": {"c": 1}}], "a": {"d": 1}}',
        b'{"a": "x", "a": NaN}',
    ],
)
def test_what_stands_twice_is_never_faultless(body: bytes) -> None:
    assert not is_faultless(body)
    assert ("duplicate-key") in {code for code, _ in told(body)}


@pytest.mark.parametrize(
    "body", [b'{"a": {"b": "c:d", "e": [{}, {"f": -1.5e3}]}, "g": null}', '"Số trẻ"'.encode(), b"7"]
)
def test_an_ordinary_body_is_told_at_once(body: bytes) -> None:
    assert is_faultless(body)


def test_no_more_than_a_page_of_faults() -> None:
    assert len(told(b"[" + b",".join([b'{"a":1,"a":1}'] * 500) + b"]")) == MOST_FAULTS


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values, st.booleans())
def test_what_json_writes_has_no_fault(value: object, ascii_only: bool) -> None:
    assert told(json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "replace")) == []


@given(st.binary(max_size=60))
def test_any_bytes_are_read(body: bytes) -> None:
    for fault in json_faults(body):
        assert fault.text.vi and fault.text.en


@given(st.text(alphabet='{}[]:,"a 1\\', max_size=40))
def test_what_is_told_at_once_has_no_fault(said: str) -> None:
    body = said.encode()
    assert not (is_faultless(body) and _each_fault(body))


@pytest.mark.parametrize("said", [b'{"a": 1, "a": 1}', b'"\xff"', b"1" * 5000])
async def test_each_is_a_400_in_the_language_asked_for(client: httpx.AsyncClient, said: bytes) -> None:
    for language in ("vi", "en"):
        answer = await client.post("/api/v1/open", content=said, headers={**JSON, "Accept-Language": language})
        assert (answer.status_code, answer.headers["content-language"]) == (400, language)
        (fault,) = answer.json()["errors"]
        (expected,) = json_faults(said)
        assert fault["message"] == expected.text.in_(language)
