from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from shared.calendar import DueRule, Frequency
from shared.catalogue.disaggregation import disaggregation_key
from shared.catalogue.element import ElementKind
from shared.catalogue.unit import Level, Unit

CheckKind = Literal["numerator_le_denominator", "sum_equals", "hours_of_persons", "plausible_ratio"]


@dataclass(frozen=True, slots=True)
class Field:
    """One cell of a form. `disaggregation` is sorted pairs; as_dict gives the dict of HTTP and events."""

    element: str
    pairs: tuple[tuple[str, str], ...]
    required: bool
    kind: ElementKind

    @property
    def disaggregation(self) -> dict[str, str]:
        return dict(self.pairs)

    @property
    def key(self) -> str:
        """Canonical text key of the disaggregation."""
        return disaggregation_key(self.disaggregation)


@dataclass(frozen=True, slots=True)
class FormCheck:
    """A rule over several cells of one form.

    numerator_le_denominator: in every disaggregation both are given in, `left` <= `right`.
    sum_equals: when every category of `dimension` is given, they add up to the
    total cell of `left` (`right` is `left`).
    hours_of_persons: `left` hours in all are above zero and `at_least` to `at_most`
    for each of the `right` persons, so that a mean given for a total is found.
    plausible_ratio: cell by cell, `left` is `at_least` to `at_most` times `right`, each
    counted as `floor` at least where it is the smaller; outside it is asked about, not refused.
    """

    kind: CheckKind
    left: str
    right: str
    dimension: str | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    floor: Decimal | None = None


@dataclass(frozen=True, slots=True)
class NarrativeField:
    code: str
    name_vi: str
    name_en: str
    required: bool


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who owes a form, on the cut-off day of the period: named bodies or every unit of some levels."""

    units: tuple[str, ...]
    levels: tuple[Level, ...]
    excluded: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    confirmed: bool

    def holds_for(self, unit: Unit, day: date) -> bool:
        if not self.valid_from <= day or (self.valid_to is not None and day >= self.valid_to):
            return False
        return unit.key in self.units or (unit.level in self.levels and unit.key not in self.excluded)


@dataclass(frozen=True, slots=True)
class Form:
    code: str
    title_vi: str
    title_en: str
    obligation: str
    frequency: Frequency
    due: DueRule
    fields: tuple[Field, ...]
    checks: tuple[FormCheck, ...]
    narrative: tuple[NarrativeField, ...]
    assigned: tuple[Assignment, ...]
    note: str | None = None

    def field(self, element: str, disaggregation: Mapping[str, str]) -> Field | None:
        """The cell of that element and disaggregation, or None when the form has no such cell."""
        key = disaggregation_key(disaggregation)
        return next((field for field in self.fields if field.element == element and field.key == key), None)

    @property
    def elements(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(field.element for field in self.fields))
