"""Who may act on a day: the plan's coordinator for the province, a unit for itself and for those that ended in it."""

from datetime import date

from shared.access import Person
from shared.auth import coordinator
from shared.catalogue import Catalogue
from shared.errors import forbidden
from shared.text import Text
from submissions.rules.texts import text


def is_coordinator(catalogue: Catalogue, person: Person, day: date) -> bool:
    """Of the body that coordinates on the day, or of the plan's own area."""
    return person.role == "coordinator" and person.unit in (catalogue.plan.root, coordinator(catalogue, day))


def check_coordinator(catalogue: Catalogue, person: Person, day: date) -> None:
    """403 for a coordinator of another body; the role itself was checked before."""
    if not is_coordinator(catalogue, person, day):
        unit = catalogue.unit(coordinator(catalogue, day) or catalogue.plan.root)
        raise forbidden(text("problem.not_coordinator", name=Text(unit.name_vi, unit.name_en or unit.name_vi)))


def may_open(catalogue: Catalogue, person: Person, day: date) -> bool:
    return person.role == "ops" or is_coordinator(catalogue, person, day)


def check_opener(catalogue: Catalogue, person: Person, day: date) -> None:
    """403 unless operations or the coordinator asks."""
    if person.role != "ops":
        check_coordinator(catalogue, person, day)


def answers_for(catalogue: Catalogue, unit: str, day: date) -> tuple[str, ...]:
    """The units that ended by the day and that `unit` answers for now; none when the catalogue does not know it."""
    return tuple(catalogue.inherited(unit, day)) if unit in catalogue.units else ()
