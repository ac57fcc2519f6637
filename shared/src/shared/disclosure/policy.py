"""The policy: role × sensitivity × level × place (docs/domain.md 6.3, trap 16; docs/decisions/0028).

| role | a unit's count of victims, deaths and the like | its other figures | exact bytes and hashes |
|---|---|---|---|
| coordinator, auditor | every place | every place | every place |
| reporter, head | their own unit and what ended in it | every place | their own unit |
| leader | bodies of the province | every place | none |
| ops | none | none | none |

Words are read by whoever reads each figure that they may repeat: of the form that they are about, or of the measure.
Totals of several units are the matter of aggregation, which publishes them in batches (`aggregation.rules.disclosure`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from shared.access import EndedUnits, Person, may_access, no_ended_units
from shared.catalogue import Catalogue
from shared.catalogue.unit import Level
from shared.text.texts import text

SMALL = 5
"""A count from 1 to 4 may be somebody whom neighbours know. The threshold is ours."""


def is_small(count: Decimal | None) -> bool:
    return count is not None and 0 < count < SMALL


def is_local(level: Level) -> bool:
    """Whether a count there is of a place where people know each other."""
    match level:
        case "district" | "commune":
            return True
        case "root" | "province_agency" | "central":
            return False
        case _:
            assert_never(level)


def withheld_words() -> str:
    """What stands in place of words that are withheld, in both languages: words are of one, the reader's or not."""
    said = text("disclosure.withheld")
    return f"{said.vi} / {said.en}"


@dataclass(frozen=True, slots=True)
class DisclosurePolicy:
    """What a person may read, by what the catalogue says of the element and of the unit."""

    catalogue: Catalogue

    def is_sensitive(self, element: str | None) -> bool:
        """Also an element that this catalogue does not know: an older one may have kept it."""
        known = self.catalogue.elements.get(element or "")
        return element is not None and (known is None or known.sensitive)

    def is_any_sensitive(self, elements: Collection[str]) -> bool:
        return any(map(self.is_sensitive, elements))

    def is_local(self, unit: str) -> bool:
        """Also a unit that this catalogue does not know."""
        known = self.catalogue.units.get(unit)
        return known is None or is_local(known.level)

    def may_read(
        self, person: Person, unit: str, element: str | None, answers_for: EndedUnits = no_ended_units
    ) -> bool:
        """The figure that a unit reported for an element."""
        match person.role:
            case "coordinator" | "auditor":
                return True
            case "reporter" | "head":
                return not self.is_sensitive(element) or may_access(person, unit, answers_for)
            case "leader":
                return not (self.is_sensitive(element) and self.is_local(unit))
            case "ops":
                return False
            case _:
                assert_never(person.role)

    def may_read_exactly(self, person: Person, unit: str | None, answers_for: EndedUnits = no_ended_units) -> bool:
        """The exact bytes of what is about a unit, and every hash of them: from a hash a single number that is not
        known is found by trying."""
        match person.role:
            case "coordinator" | "auditor":
                return True
            case "reporter" | "head":
                return unit is not None and may_access(person, unit, answers_for)
            case "leader" | "ops":
                return False
            case _:
                assert_never(person.role)

    def may_read_all(
        self, person: Person, unit: str, elements: Collection[str], answers_for: EndedUnits = no_ended_units
    ) -> bool:
        """What is made of several figures of a unit. No figure at all is for ops, however few elements there are."""
        return person.role != "ops" and all(self.may_read(person, unit, one, answers_for) for one in elements)

    def may_read_words(
        self, person: Person, unit: str, about: Collection[str], answers_for: EndedUnits = no_ended_units
    ) -> bool:
        """What anybody wrote about these elements of a unit (`of_form`, `of_measure`): it may repeat their figures."""
        return self.may_read_all(person, unit, about, answers_for)

    def of_form(self, form: str) -> tuple[str, ...]:
        """The elements of a form. One that this catalogue does not know may have any."""
        known = self.catalogue.forms.get(form)
        return known.elements if known else ("",)

    def of_measure(self, measure: str | None) -> tuple[str, ...]:
        """Those that a measure is made of. None and one that this catalogue does not know may be about any."""
        known = self.catalogue.measures.get(measure or "")
        return known.elements if known else ("",)

    def needs_to_know(self, person: Person) -> bool:
        """Whether the person's work is to look at single figures of every unit: each look is logged."""
        return person.role in ("coordinator", "auditor")
