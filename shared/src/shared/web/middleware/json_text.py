"""What is wrong with the text of a JSON body before any route reads it: every fault, with its place.

How much may be in it is counted before it is parsed: a mebibyte of keys that nobody asked for took seconds to refuse.
"""

import json
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any

from shared.text import Fault
from shared.text.words import coded
from shared.web.texts import text

MAX_DEPTH = 20
MAX_DIGITS = 4_000  # of one number; far above what any figure may have (rules tell those), below what int() refuses
MOST_KEYS = 8_000  # of a body: above the 500 observations of a report, each with all that it can have
MOST_MEMBERS = 200  # of one object
MOST_ITEMS = 10_000  # of a body: members, and what stands in arrays
MOST_FAULTS = 20
MOST_SHOWN = 60
NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))


def json_faults(body: bytes) -> tuple[list[Fault], int]:
    """Too much of it, nesting, characters that are not UTF-8, keys that stand twice, numbers that are too long.

    The first `MOST_FAULTS`, and how many there are besides. None for a text that is no JSON at all: the route's parser
    tells where. NaN and Infinity, which JSON has not, are left to the route, too: it names the cell, with everything
    else that is wrong.
    """
    if too_much := excess_of_texts(body):
        return [too_much], 0
    written = outside_texts(body)
    if too_much := excess(written):
        return [too_much], 0
    return ([], 0) if is_faultless(body, written) else _each_fault(body, written)


def excess_of_texts(body: bytes) -> Fault | None:
    """Told without taking the body apart, which is most of what a flood of keys costs: each text has two quotes."""
    texts = (body.count(b'"') - body.count(b'\\"')) // 2
    return _too_much("too-many-items", texts, MOST_ITEMS) if texts > MOST_KEYS + MOST_ITEMS else None


def _too_much(code: str, count: int, most: int) -> Fault:
    return Fault(code, "", text(f"web.refused.{code}.most", most=most, found=count))


def outside_texts(body: bytes) -> bytes:
    """What stands outside of texts; a text without an end runs to that of the body."""
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(body.split(b'"')[::2])


def excess(written: bytes) -> Fault | None:
    """More than any request has a use for, counted in what stands outside of texts."""
    for code, count, most in (
        ("too-many-keys", written.count(b":"), MOST_KEYS),
        ("too-many-items", written.count(b","), MOST_ITEMS),
        ("too-many-items", written.count(b"[") + written.count(b"{"), MOST_ITEMS),
    ):
        if count > most:
            return _too_much(code, count, most)
    return None


def is_faultless(body: bytes, written: bytes) -> bool:
    """For most bodies at a third of the cost: as many members are written as are read, and nothing is large or deep.

    False also for what is only hard to tell: an escape may write a key another way.
    """
    if b"\\" in body or len(written) > MAX_DIGITS or depth_exceeds(written, MAX_DEPTH):
        return False
    objects: list[dict[str, Any]] = []
    try:
        json.loads(body.decode("utf-8"), object_hook=objects.append)
    except (ValueError, RecursionError):
        return False
    sizes = [len(members) for members in objects]
    return written.count(b":") == sum(sizes) and max(sizes, default=0) <= MOST_MEMBERS


def _each_fault(body: bytes, written: bytes) -> tuple[list[Fault], int]:
    if depth_exceeds(written, MAX_DEPTH):
        return [Fault("too-deep", "", text("web.refused.too_deep.most", levels=MAX_DEPTH))], 0
    if (at := not_utf8(body)) is not None:
        return [Fault("not-utf8", "", text("web.refused.not-utf8.at", position=at + 1))], 0
    found: list[JsonFlaw] = []
    flaw = partial(_flaw, found)
    try:
        tree = json.loads(
            body.removeprefix(b"\xef\xbb\xbf"),
            object_pairs_hook=lambda pairs: _object(found, pairs),
            parse_int=lambda digits: flaw("number-too-long", digits) if len(digits) > MAX_DIGITS else 0,
            parse_float=lambda digits: flaw("number-too-long", digits) if len(digits) > MAX_DIGITS else 0,
        )
    except (ValueError, RecursionError):
        return [], 0
    if not found:
        return [], 0
    placed = _placed(tree, "")
    told = [fault_of(*one) for one in islice(placed, MOST_FAULTS)]
    return told, sum(1 for _ in placed)


def fault_of(code: str, pointer: str, said: str) -> Fault:
    return Fault(code, pointer, text(f"web.refused.{code}.at", said=coded(said[:MOST_SHOWN]), most=MOST_MEMBERS))


class JsonFlaw(dict[str, Any]):
    """Stands in the tree where something is wrong: a number, or an object, whose members are kept."""

    def __init__(self, code: str, said: tuple[str, ...], members: dict[str, Any]) -> None:
        super().__init__(members)
        self.code = code
        self.said = said


def _flaw(found: list[JsonFlaw], code: str, said: str) -> JsonFlaw:
    found.append(JsonFlaw(code, (said,), {}))
    return found[-1]


def _object(found: list[JsonFlaw], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) > MOST_MEMBERS:
        found.append(JsonFlaw("too-many-members", (str(len(members)),), {}))
        return found[-1]
    if len(members) == len(pairs):
        return members
    seen: set[str] = set()
    twice = tuple(dict.fromkeys(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    found.append(JsonFlaw("duplicate-key", twice, members))
    return found[-1]


def _placed(value: Any, at: str) -> Iterator[tuple[str, str, str]]:
    """Code, pointer and what was said of each flaw."""
    if isinstance(value, JsonFlaw):
        for said in value.said:
            yield value.code, f"{at}/{escaped(said)}" if value.code == "duplicate-key" else at, said
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from _placed(member, f"{at}/{escaped(str(key))}")


def escaped(key: str) -> str:
    """A key as a part of a JSON pointer (RFC 6901, section 3)."""
    return key.replace("~", "~0").replace("/", "~1")


def not_utf8(body: bytes) -> int | None:
    """The index of the first byte that is no UTF-8. NUL, as UTF-16 has, is in no JSON text."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return at if (at := body.find(b"\0")) >= 0 else None


def depth_exceeds(written: bytes, most: int) -> bool:
    """Whether arrays and objects nest deeper than `most`. Linear, and cheap for the flat bodies we get."""
    if written.count(b"[") + written.count(b"{") <= most:
        return False
    brackets = written.translate(None, NO_BRACKET)
    # Without the innermost pairs, level by level: what is left is deeper, or not balanced.
    left = brackets
    for _ in range(most):
        left = left.replace(b"[]", b"").replace(b"{}", b"")
    if not left:
        return False
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket in b"[{" else -1
        if depth < 0:
            return False  # no JSON: the parser tells where
        if depth > most:
            return True
    return False
