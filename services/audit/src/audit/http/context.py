"""What every route of this service needs, made once per process and kept in `app.state.context`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

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
from shared.disclosure import DisclosurePolicy, disclosed_data
from shared.errors import forbidden


@dataclass(frozen=True, slots=True)
class AuditContext:
    engine: AsyncEngine
    clock: Clock
    catalogue: Catalogue
    vocabulary: Vocabulary
    silent_after: timedelta
    policy: DisclosurePolicy

    def disclosed(self, person: Person, data: Mapping[str, Any]) -> dict[str, Any]:
        """The data of an event with the figures that the person may read."""
        return disclosed_data(self.policy, person, data, lambda: self.answers_for(person))

    def may_read_exactly(self, person: Person, unit: str | None) -> bool:
        """The exact bytes of an event about the unit, and their hashes."""
        return self.policy.may_read_exactly(person, unit, lambda: self.answers_for(person))

    def may_read_words(self, person: Person, unit: str, about: Collection[str]) -> bool:
        """What was written of an inspection of the unit about these elements."""
        return self.policy.may_read_words(person, unit, about, lambda: self.answers_for(person))

    def readable_units(self, person: Person) -> tuple[str, ...]:
        """The units whose events the person reads: their own and those that ended in it; none for all."""
        return access.readable_units(person, None, lambda: self.answers_for(person))

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

    def answers_for(self, person: Person) -> list[str]:
        """The ended units that the person's unit answers for."""
        unit = person.unit
        return self.catalogue.inherited(unit, self.clock.today()) if unit in self.catalogue.units else []

    def author(self, person: Person) -> Author:
        return Author(person, self.clock.now(), self.catalogue.version)


def context_of(request: Request) -> AuditContext:
    context: AuditContext = request.app.state.context
    return context


Context = Annotated[AuditContext, Depends(context_of)]
Reader = Annotated[Person, Depends(require())]
CaseReader = Annotated[Person, Depends(require("auditor", "coordinator", "leader", "ops"))]
ExactReader = Annotated[Person, Depends(require("reporter", "head", "auditor", "coordinator"))]
LogReader = Annotated[Person, Depends(require("auditor", "coordinator"))]
Inspector = Annotated[Person, Depends(require("auditor", "coordinator"))]
