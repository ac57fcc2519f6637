"""Which units a person may read and act for.

A reporter and a head have their own unit, and the units that ended and that it answers for now
(`Catalogue.inherited`). Every other role has the whole province; what it may do is the matter of `auth.require`.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Literal, assert_never, get_args

from shared.errors import forbidden
from shared.text import Text
from shared.text.texts import text

Role = Literal["reporter", "head", "coordinator", "leader", "auditor", "ops"]
ROLES: tuple[Role, ...] = get_args(Role)
EndedUnits = Callable[[], Collection[str]]
"""The ended units that the person's unit answers for. Asked last: for most requests nobody has to look them up."""


@dataclass(frozen=True)
class Person:
    """Somebody signed in. `subject` is the identity provider's id, kept in the service's own database, never shown or
    published; `pseudonym` is what events and the log say in its place (`shared.auth.pseudonym`)."""

    role: Role
    unit: str
    subject: str
    pseudonym: str | None = field(default=None, compare=False)

    @property
    def own_unit(self) -> str | None:
        """The only unit that this person reads and acts for; None for a role that is bound to none."""
        match self.role:
            case "reporter" | "head":
                return self.unit
            case "coordinator" | "leader" | "auditor" | "ops":
                return None
            case _:
                assert_never(self.role)


def sees_all_units(person: Person) -> bool:
    return person.own_unit is None


def no_ended_units() -> tuple[str, ...]:
    """Where a unit reads and acts for itself only."""
    return ()


def may_access(person: Person, unit: str, answers_for: EndedUnits = no_ended_units) -> bool:
    return person.own_unit in (None, unit) or unit in answers_for()


def check_access(
    person: Person, unit: str, answers_for: EndedUnits = no_ended_units, *, refusal: Text | None = None
) -> None:
    """403 with the words of `refusal` when the unit is not the person's to read or to act for."""
    if not may_access(person, unit, answers_for):
        raise forbidden(refusal or text("problem.other_unit"))


def readable_units(
    person: Person, requested: str | None, answers_for: EndedUnits = no_ended_units, *, refusal: Text | None = None
) -> tuple[str, ...]:
    """The units that a list is narrowed to, the person's own first; no unit at all means that nothing is left out.

    403 with the words of `refusal` when `requested` is not the person's to read.
    """
    if requested is not None:
        check_access(person, requested, answers_for, refusal=refusal)
        return (requested,)
    return () if sees_all_units(person) else (person.unit, *answers_for())
