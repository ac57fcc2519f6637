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
    MOST_ITEMS,
    MOST_KEYS,
    MOST_MEMBERS,
    _each_fault,
    depth_exceeds,
    is_faultless,
    json_faults,
    outside_texts,
)

JSON = {"Content-Type": "application/json"}


def told(body: bytes) -> list[tuple[str, str]]:
    return [(fault.code, fault.pointer) for fault in json_faults(body)[0]]


@pytest.mark.parametrize(("depth", "status"), [(20, 200), (21, 400), (9_000, 400), (100_000, 413)])
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
    assert depth_exceeds(outside_texts(body), 20) is deep


def test_a_hostile_body_is_looked_at_once() -> None:
    """A mebibyte of quotes without an end took half an hour when each of them began a search of its own."""
    steps = []
    for size in (2**16, 2**20):
        begin = time.process_time()
        json_faults(b"[" * 21 + b'"' + b'\\"' * (size // 2))
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
    assert not is_faultless(body, outside_texts(body))
    assert ("duplicate-key") in {code for code, _ in told(body)}


@pytest.mark.parametrize(
    "body", [b'{"a": {"b": "c:d", "e": [{}, {"f": -1.5e3}]}, "g": null}', '"Số trẻ"'.encode(), b"7"]
)
def test_an_ordinary_body_is_told_at_once(body: bytes) -> None:
    assert is_faultless(body, outside_texts(body))


def test_no_more_than_a_page_of_faults() -> None:
    faults, more = json_faults(b"[" + b",".join([b'{"a":1,"a":1}'] * 500) + b"]")
    assert (len(faults), more) == (MOST_FAULTS, 500 - MOST_FAULTS)


def flat(keys: int) -> bytes:
    return json.dumps({f"k{number}": 1 for number in range(keys)}).encode()


def nested(keys: int) -> bytes:
    return json.dumps([{f"k{number}": 1 for number in range(100)}] * (keys // 100)).encode()


@pytest.mark.parametrize(
    ("body", "code", "pointer", "count"),
    [
        (flat(70_000), "too-many-items", "", 70_000),
        (flat(15_000), "too-many-keys", "", 15_000),
        (nested(MOST_KEYS + 100), "too-many-keys", "", MOST_KEYS + 100),
        (flat(15_000).replace(b'":', b'\\\\":'), "too-many-keys", "", 15_000),  # texts that end in a backslash
        (b"[" + b"1," * (MOST_ITEMS + 1) + b"1]", "too-many-items", "", MOST_ITEMS + 1),
        (b"[" + b"[]" * (MOST_ITEMS + 1), "too-many-items", "", MOST_ITEMS + 2),
        (b"[7, " + flat(MOST_MEMBERS + 1) + b"]", "too-many-members", "/1", MOST_MEMBERS + 1),
    ],
)
async def test_too_much_is_refused_before_it_is_read(
    client: httpx.AsyncClient, body: bytes, code: str, pointer: str, count: int
) -> None:
    """0.76 MB of unknown keys were an answer of 7.5 MB, and four of them held the service for 12 s."""
    answer = await client.post("/api/v1/open", content=body, headers={**JSON, "Accept-Language": "en"})
    assert (answer.status_code, answer.json()["code"], len(answer.content) < 1_000) == (413, code, True)
    (fault,) = answer.json()["errors"]
    assert (fault["code"], fault["pointer"]) == (code, pointer) and f"has {count} " in fault["message"]


@pytest.mark.parametrize("body", [flat(MOST_MEMBERS), nested(MOST_KEYS), b"[" + b"1," * MOST_ITEMS + b"1]"])
def test_as_much_as_may_be_is_taken(body: bytes) -> None:
    assert told(body) == []


def test_what_a_text_holds_is_not_counted() -> None:
    text = json.dumps({"words": '":,[{' * 20_000 + "\\"}).encode()
    assert told(text) == [] and outside_texts(text) == b"{: }"


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
    for fault in json_faults(body)[0]:
        assert fault.text.vi and fault.text.en


@given(st.text(alphabet='{}[]:,"a 1\\', max_size=40))
def test_what_is_told_at_once_has_no_fault(said: str) -> None:
    body = said.encode()
    written = outside_texts(body)
    assert not (is_faultless(body, written) and _each_fault(body, written)[0])


@pytest.mark.parametrize("said", [b'{"a": 1, "a": 1}', b'"\xff"', b"1" * 5000])
async def test_each_is_a_400_in_the_language_asked_for(client: httpx.AsyncClient, said: bytes) -> None:
    for language in ("vi", "en"):
        answer = await client.post("/api/v1/open", content=said, headers={**JSON, "Accept-Language": language})
        assert (answer.status_code, answer.headers["content-language"]) == (400, language)
        (fault,) = answer.json()["errors"]
        (expected,) = json_faults(said)[0]
        assert fault["message"] == expected.text.in_(language)
