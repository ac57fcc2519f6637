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


def readable_unit(person: Person, unit: str | None) -> str | None:
    """The unit to search for. Problem 403 when it is not the person's to read."""
    if unit is not None:
        check_access(person, unit, refusal=text("problem.own_unit"))
    return person.own_unit or unit
