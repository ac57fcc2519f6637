"""What comparing the ledger with the system's answers comes to. Every comparison here is pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

Key = TypeVar("Key")
Item = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """`expected` and `found` in a few words for the table; `differences` one by one, none when all is well."""

    expected: str
    found: str
    differences: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.differences


def differences(expected: Mapping[Key, object], found: Mapping[Key, object], what: str) -> list[str]:
    """Missing, extra and different ones, each with both sides."""
    told = [f"{what} {key}: expected {expected[key]}, found none" for key in expected if key not in found]
    told += [f"{what} {key}: expected none, found {found[key]}" for key in found if key not in expected]
    return told + [
        f"{what} {key}: expected {expected[key]}, found {found[key]}"
        for key in expected
        if key in found and expected[key] != found[key]
    ]


def repeated(keys: Iterable[Key], what: str) -> list[str]:
    seen: set[Key] = set()
    twice: dict[Key, None] = {}
    for key in keys:
        if key in seen:
            twice[key] = None
        seen.add(key)
    return [f"{what} {key}: more than once" for key in twice]
