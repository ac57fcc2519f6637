"""What of a person's words is erased when the person asks for it, as dated data of `rules.yaml`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Instead = Literal["label", "nothing"]


@dataclass(frozen=True, slots=True)
class ErasureRule:
    """Of these columns, from a day on; the head of `rules.yaml` says what each field means."""

    valid_from: date
    columns: tuple[str, ...]
    instead: Instead | None = None
    along: tuple[str, ...] = ()
    member: str | None = None
    copies_only: bool = False
    never: str | None = None

    @property
    def can_be_named(self) -> bool:
        return self.never is None and not self.copies_only


def read_erasure_rule(told: Mapping[str, Any]) -> ErasureRule:
    """Raises TypeError for a word it does not know, ValueError for one that says neither what stands there nor why."""
    rule = ErasureRule(**{**told, "columns": tuple(told["columns"]), "along": tuple(told.get("along", ()))})
    if (rule.instead is None) == (rule.never is None) or rule.instead not in (None, "label", "nothing"):
        raise ValueError(f"on_request of {', '.join(rule.columns)}: `instead: label | nothing`, or `never` with why")
    return rule


def rules_on(rules: Iterable[ErasureRule], columns: Collection[str], day: date) -> dict[str, ErasureRule]:
    """By column, the newest that holds on `day`; a column without one is not there."""
    begun = sorted((rule for rule in rules if rule.valid_from <= day), key=lambda rule: rule.valid_from)
    return {column: rule for rule in begun for column in rule.columns if column in columns}
