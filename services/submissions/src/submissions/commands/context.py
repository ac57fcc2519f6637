"""What every request of this service works with. Made once in `create_app`; no module holds an engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.auth import Person
from shared.calendar import Holidays
from shared.catalogue import Catalogue
from shared.clock import VIETNAM, Clock
from shared.web.middleware.trace import trace_id
from submissions.commands.authority import check_acting, units_of
from submissions.rules.form import FormRules
from submissions.settings import SubmissionsSettings


@dataclass(frozen=True)
class SubmissionsContext:
    settings: SubmissionsSettings
    engine: AsyncEngine
    catalogue: Catalogue
    rules: Mapping[str, FormRules]
    clock: Clock
    holidays: Holidays

    def today(self) -> date:
        """In Vietnam."""
        return self.clock.now().astimezone(VIETNAM).date()

    def check_acting(self, person: Person, unit: str) -> None:
        """403 when a reporter or head asks for a unit that is neither theirs nor ended in theirs."""
        check_acting(self.catalogue, person, unit, self.today())


async def context_of(request: Request) -> SubmissionsContext:
    """Async, because FastAPI sends a plain function through a thread, which costs more than all our checks."""
    context: SubmissionsContext = request.app.state.context
    return context


@dataclass(frozen=True)
class Actor:
    """Who acts, in which trace."""

    person: Person
    trace_id: str

    @classmethod
    def of(cls, request: Request, person: Person) -> "Actor":
        return cls(person, trace_id(request.scope))


def sees_all(person: Person) -> bool:
    """Reporters and heads see their own unit, everybody else the province."""
    return person.own_unit is None


def narrowed_units(context: SubmissionsContext, person: Person, asked: str | None) -> tuple[str, ...]:
    """The units a list is narrowed to, none for all. 403 when a reporter asks for another unit's."""
    if asked is not None:
        context.check_acting(person, asked)
        return (asked,)
    return () if sees_all(person) else units_of(context.catalogue, person, context.today())
