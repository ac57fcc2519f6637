"""What is kept how long, and what is erased on request: `rules.yaml`, read by the code that forgets and erases."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatch
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from shared.retention.on_request import ErasureRule, read_erasure_rule, rules_on


@dataclass(frozen=True, slots=True)
class Retention:
    """`kept`: from which day on for how long, newest last; None is for good."""

    name: str
    tables: tuple[str, ...]
    personal: tuple[str, ...]
    kept: tuple[tuple[date, timedelta | None], ...]
    why: str
    enforced_by: str | None
    confirmed: bool
    on_request: tuple[ErasureRule, ...] = ()

    def on(self, day: date) -> timedelta | None:
        """Raises LookupError before the first of its days."""
        begun = [length for valid_from, length in self.kept if valid_from <= day]
        if not begun:
            raise LookupError(f"retention: {self.name} has no rule on {day}")
        return begun[-1]


@cache
def retentions() -> tuple[Retention, ...]:
    return tuple(map(_read, yaml.safe_load(files(__package__).joinpath("rules.yaml").read_text("utf-8"))))


def kept(name: str, day: date | None = None) -> timedelta:
    """On `day`, or today. Raises LookupError for what has no rule, or is kept for good."""
    rule = next((one for one in retentions() if one.name == name), None)
    length = rule.on(day or datetime.now(UTC).date()) if rule else None
    if length is None:
        raise LookupError(f"retention: nothing forgets {name}")
    return length


def erasure_rules(table: str, columns: Collection[str], day: date) -> dict[str, ErasureRule]:
    """Of `columns` of a table, as `audit.finding`, those that may hold a person: what is done about each on request."""
    return {
        column: rule
        for retention in retentions()
        if any(fnmatch(table, one) for one in retention.tables)
        for column, rule in rules_on(retention.on_request, columns, day).items()
    }


def _read(told: dict[str, Any]) -> Retention:
    return Retention(
        name=told["name"],
        tables=tuple(told.get("tables", ())),
        personal=tuple(told.get("personal", ())),
        kept=tuple(sorted((_length(dict(one)) for one in told["kept"]), key=lambda one: one[0])),
        why=told["why"],
        enforced_by=told.get("enforced_by"),
        confirmed=told.get("confirmed", True),
        on_request=tuple(map(read_erasure_rule, told.get("on_request", ()))),
    )


def _length(told: dict[str, Any]) -> tuple[date, timedelta | None]:
    valid_from = told.pop("valid_from")
    return valid_from, None if told == {"for_good": True} else timedelta(**told)
