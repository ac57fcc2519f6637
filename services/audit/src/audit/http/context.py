"""What every route of this service needs, made once per process and kept in `app.state.context`."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine

from audit.commands.author import Author
from audit.rules.texts import text
from audit.rules.vocabulary import Vocabulary
from shared import access
from shared.access import Person
from shared.auth import require
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

    def readable_units(self, person: Person) -> tuple[str, ...]:
        """The units whose events the person reads: their own and those that ended in it; none for all."""
        return access.readable_units(person, None, lambda: self._answers_for(person.unit))

    def searched_units(self, person: Person, requested: tuple[str, ...]) -> tuple[str, ...]:
        """Those of `requested` that the person reads; none for all. Problem 403 when it is none of them."""
        readable = self.readable_units(person)
        if not readable or not requested:
            return readable or requested
        searched = tuple(unit for unit in requested if unit in readable)
        if not searched:
            raise forbidden(text("problem.own_unit"))
        return searched

    def inspected_units(self, person: Person, requested: str | None) -> tuple[str, ...]:
        """The units whose inspections are listed; none for all. Problem 403 for one that the person does not read."""
        return self.searched_units(person, (requested,) if requested else ())

    def _answers_for(self, unit: str) -> list[str]:
        return self.catalogue.inherited(unit, self.clock.today()) if unit in self.catalogue.units else []

    def author(self, person: Person) -> Author:
        return Author(person, self.clock.now(), self.catalogue.version)


def context_of(request: Request) -> AuditContext:
    context: AuditContext = request.app.state.context
    return context


Context = Annotated[AuditContext, Depends(context_of)]
Reader = Annotated[Person, Depends(require())]
CaseReader = Annotated[Person, Depends(require("auditor", "coordinator", "leader", "ops"))]
Inspector = Annotated[Person, Depends(require("auditor", "coordinator"))]
