"""In which role somebody of a unit may act on a day: the one answer of all services (docs/security.md 1)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal, assert_never

from shared.access import Person, Role
from shared.catalogue import Catalogue, Unit
from shared.errors import Problem
from shared.text import Text
from shared.text.texts import text

RECEIVER = "receiver"
"""The role, in the catalogue, of the body that the reports of the plan go to: the People's Committee."""
ABOVE_UNITS = ("root", "province_agency")


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why nobody of the unit acts in the role on the day."""

    code: Literal["unit-unknown", "unit-not-yet", "unit-ended", "unit-role"]
    words: Text

    def problem(self) -> Problem:
        return Problem(403, self.code, self.words)


def unfit(catalogue: Catalogue, role: Role, unit: str, day: date) -> Unfit | None:
    """None for whoever may. What the successor of an ended unit answers for is the matter of `Catalogue.inherited`."""
    known = catalogue.units.get(unit)
    if known is None:
        return Unfit("unit-unknown", text("problem.no_unit"))
    if day < known.valid_from:
        return Unfit("unit-not-yet", text("problem.unit_not_yet"))
    if not known.is_valid_on(day):
        return Unfit("unit-ended", _ended(catalogue, known, day))
    return None if _fits(catalogue, role, known, day) else Unfit("unit-role", _other_role(catalogue, role, day))


def _fits(catalogue: Catalogue, role: Role, unit: Unit, day: date) -> bool:
    """Whoever acts for the plan's whole area may be of the area itself; whoever reports may not, as it owes nothing and
    its own figures would be everybody's."""
    match role:
        case "reporter" | "head":
            return unit.level != "root"
        case "coordinator":
            return unit.level == "root" or unit.key == coordinator(catalogue, day)
        case "leader":
            return unit.level == "root" or unit.role == RECEIVER
        case "auditor" | "ops":
            return unit.level in ABOVE_UNITS
        case _:
            assert_never(role)


def coordinator(catalogue: Catalogue, day: date) -> str | None:
    """None outside the time of the plan."""
    try:
        return catalogue.coordinator(day)
    except LookupError:
        return None


def standing_successors(catalogue: Catalogue, unit: str, day: date) -> list[Unit]:
    """The units of the day that answer for one that ended; none where nobody does."""
    found: dict[str, Unit] = {}
    for key in catalogue.successors(unit):
        successor = catalogue.unit(key)
        later = [successor] if successor.is_valid_on(day) else standing_successors(catalogue, key, day)
        found |= {one.key: one for one in later}
    return list(found.values())


def _other_role(catalogue: Catalogue, role: Role, day: date) -> Text:
    holder = coordinator(catalogue, day) if role == "coordinator" else None
    if holder is None:
        return text("problem.unit_role")
    return text("problem.unit_role.coordinator", unit=_name(catalogue.unit(holder)))


def standing_unit(catalogue: Catalogue, unit: str, day: date) -> str | None:
    """The unit itself while it stands, else the first that answers for it; None where nobody does. Raises KeyError."""
    if catalogue.unit(unit).is_valid_on(day):
        return unit
    return next((one.key for one in standing_successors(catalogue, unit, day)), None)


def _ended(catalogue: Catalogue, unit: Unit, day: date) -> Text:
    successors = standing_successors(catalogue, unit.key, day)
    if not successors:
        return text("problem.unit_ended", unit=_name(unit))
    return text("problem.unit_ended.successor", unit=_name(unit), successor=_names(successors))


def _name(unit: Unit) -> Text:
    return Text(unit.name_vi, unit.name_en or unit.name_vi)


def _names(units: list[Unit]) -> Text:
    return Text(*(", ".join(names) for names in zip(*map(_name, units), strict=True)))


@dataclass(frozen=True, slots=True)
class Standing:
    """`unfit` under the service's plan, on the day of its clock."""

    catalogue: Catalogue
    today: Callable[[], date]

    def check(self, person: Person) -> None:
        """Problem 403 for somebody of a unit that may not act in the role today."""
        if found := unfit(self.catalogue, person.role, person.unit, self.today()):
            raise found.problem()
