"""Under which licence a package comes, and whether it may (deploy/licences.yaml)."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from typing import Any

import yaml
from license_expression import ExpressionError, get_spdx_licensing

from tests.supply.shipped import OURS, ROOT, Package

_SPDX = get_spdx_licensing()


@dataclass(frozen=True)
class Policy:
    """`judged`: package → the licence under which it may come although that is not allowed in general."""

    allowed: frozenset[str]
    judged: dict[str, str]
    said: dict[str, str]


@cache
def policy() -> Policy:
    told: dict[str, Any] = yaml.safe_load((ROOT / "deploy/licences.yaml").read_text("utf-8"))
    judged = {name: one["licence"] for name, one in told["judged"].items()}
    return Policy(frozenset(told["allowed"]), judged, told["said"])


def licence_of(package: str) -> str:
    """As an SPDX expression. Raises LookupError for one that says it in other words and stands nowhere in `said`."""
    if package in policy().said:
        return policy().said[package]
    metadata = distribution(package).metadata
    for text in (*(metadata.get_all("License-Expression") or []), *(metadata.get_all("License") or [])):
        if expression := _spdx(text):
            return expression
    raise LookupError(f"{package}: its licence is not told as SPDX does; name it in deploy/licences.yaml")


def refused(packages: Iterable[Package]) -> list[str]:
    """What may not be shipped, each with its reason."""
    faults = []
    for package in packages:
        if package.name in OURS:
            continue
        try:
            licence = licence_of(package.name)
        except LookupError as fault:
            faults.append(str(fault))
            continue
        if not may(licence) and policy().judged.get(package.name) != licence:
            faults.append(f"{package.name}: {licence} is not allowed (docs/decisions/0014)")
    return faults


def may(licence: str) -> bool:
    """Of an `or` one side will do, of an `and` all of them must be allowed."""
    parsed = _SPDX.parse(licence, validate=True)
    return bool(parsed.subs({symbol: _verdict(str(symbol)) for symbol in parsed.symbols}).simplify() == _SPDX.TRUE)


def _verdict(name: str) -> Any:
    return _SPDX.TRUE if name in policy().allowed else _SPDX.FALSE


def _spdx(text: str) -> str | None:
    try:
        return str(_SPDX.parse(text.strip(), validate=True, strict=True))
    except ExpressionError:
        return None
