"""Who gives a command."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.access import Person
from shared.calendar import VIETNAM
from shared.events import ActingFields, acting


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, when, and under which version of the catalogue."""

    person: Person
    now: datetime
    catalogue_version: str

    @property
    def acting(self) -> ActingFields:
        """As the events of the command carry it."""
        return acting(self.person.role, self.person.unit, self.person.pseudonym)

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return self.now.astimezone(VIETNAM).date()
