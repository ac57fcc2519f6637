"""Who gives a command."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.auth import Person
from shared.clock import VIETNAM


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, when, and under which version of the catalogue."""

    person: Person
    now: datetime
    catalogue_version: str

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return self.now.astimezone(VIETNAM).date()
