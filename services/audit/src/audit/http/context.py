"""What every route of this service needs, made once per process and kept in `app.state.context`."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine

from audit.commands.author import Author
from audit.rules.texts import text
from audit.rules.vocabulary import Vocabulary
from shared.access import Person, check_access
from shared.auth import require
from shared.catalogue import Catalogue
from shared.clock import Clock


@dataclass(frozen=True, slots=True)
class AuditContext:
    engine: AsyncEngine
    clock: Clock
    catalogue: Catalogue
    vocabulary: Vocabulary
    silent_after: timedelta

    def author(self, person: Person) -> Author:
        return Author(person, self.clock.now(), self.catalogue.version)


def context_of(request: Request) -> AuditContext:
    context: AuditContext = request.app.state.context
    return context


Context = Annotated[AuditContext, Depends(context_of)]
Reader = Annotated[Person, Depends(require())]
CaseReader = Annotated[Person, Depends(require("auditor", "coordinator", "leader", "ops"))]
Inspector = Annotated[Person, Depends(require("auditor", "coordinator"))]


def readable_units(person: Person, units: tuple[str, ...]) -> tuple[str, ...]:
    """The units to search for, none for all. Problem 403 when none of those asked for is the person's to read."""
    own = person.own_unit
    if own is None:
        return units
    if units and own not in units:
        check_access(person, units[0], refusal=text("problem.own_unit"))
    return (own,)
