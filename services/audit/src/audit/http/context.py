"""What every route of this service needs, made once per process and kept in `app.state.context`."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine

from audit.commands.author import Author
from audit.rules.texts import text
from audit.rules.vocabulary import Vocabulary
from shared.access import Person
from shared.auth import require
from shared.calendar import VIETNAM
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.errors import forbidden


@dataclass(frozen=True, slots=True)
class AuditContext:
    engine: AsyncEngine
    clock: Clock
    catalogue: Catalogue
    vocabulary: Vocabulary
    silent_after: timedelta

    def today(self) -> date:
        """The day in Vietnam."""
        return self.clock.now().astimezone(VIETNAM).date()

    def author(self, person: Person) -> Author:
        return Author(person, self.clock.now(), self.catalogue.version)


def context_of(request: Request) -> AuditContext:
    context: AuditContext = request.app.state.context
    return context


Context = Annotated[AuditContext, Depends(context_of)]
Reader = Annotated[Person, Depends(require())]
CaseReader = Annotated[Person, Depends(require("auditor", "coordinator", "leader", "ops"))]
Inspector = Annotated[Person, Depends(require("auditor", "coordinator"))]


def readable_unit(person: Person, unit: str | None) -> str | None:
    """The unit to search for. Problem 403 when it is not the person's to read."""
    own = person.own_unit
    if own is not None and unit not in (None, own):
        raise forbidden(text("problem.own_unit"))
    return own or unit
