"""Who may act for whom on a day: the plan's coordinator for the province, a unit for those that ended in it."""

from datetime import date

from shared.auth import Person, check_unit
from shared.catalogue import Catalogue
from shared.errors import forbidden
from shared.text import Text

NOT_COORDINATOR = Text(
    "Chỉ cơ quan tổng hợp của Kế hoạch mới được làm việc này; hôm nay đó là {name}.",
    "Only the plan's coordinating body may do this; today that is {name}.",
)


def is_coordinator(catalogue: Catalogue, person: Person, day: date) -> bool:
    """Of the body that coordinates on the day, or of the plan's own area."""
    return person.role == "coordinator" and person.unit in (catalogue.plan.root, coordinator(catalogue, day))


def check_coordinator(catalogue: Catalogue, person: Person, day: date) -> None:
    """403 for a coordinator of another body; the role itself was checked before."""
    if not is_coordinator(catalogue, person, day):
        unit = catalogue.unit(coordinator(catalogue, day) or catalogue.plan.root)
        vi, en = NOT_COORDINATOR
        raise forbidden(Text(vi.format(name=unit.name_vi), en.format(name=unit.name_en or unit.name_vi)))


def coordinator(catalogue: Catalogue, day: date) -> str | None:
    """None outside the time of the plan."""
    try:
        return catalogue.coordinator(day)
    except LookupError:
        return None


def may_open(catalogue: Catalogue, person: Person, day: date) -> bool:
    return person.role == "ops" or is_coordinator(catalogue, person, day)


def check_opener(catalogue: Catalogue, person: Person, day: date) -> None:
    """403 unless operations or the coordinator asks."""
    if person.role != "ops":
        check_coordinator(catalogue, person, day)


def units_of(catalogue: Catalogue, person: Person, day: date) -> tuple[str, ...]:
    """The person's own unit, then those that ended by the day and that it answers for now."""
    if person.unit not in catalogue.units:
        return (person.unit,)
    return (person.unit, *catalogue.inherited(person.unit, day))


def check_acting(catalogue: Catalogue, person: Person, unit: str, day: date) -> None:
    """403 when a reporter or head may act for the unit neither as their own nor as its successor."""
    if not person.may_act_for(unit) and unit not in units_of(catalogue, person, day):
        check_unit(person, unit)
