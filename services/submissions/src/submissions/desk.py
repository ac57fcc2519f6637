"""What every request of this service works with. Made once in `create_app`; no module holds an engine."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.auth import Person, check_unit
from shared.calendar import Holidays
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.web.trace import trace_id
from submissions.form import FormRules
from submissions.settings import Settings


@dataclass(frozen=True)
class Desk:
    settings: Settings
    engine: AsyncEngine
    catalogue: Catalogue
    rules: Mapping[str, FormRules]
    clock: Clock
    holidays: Holidays


async def desk_of(request: Request) -> Desk:
    """Async, because FastAPI sends a plain function through a thread, which costs more than all our checks."""
    desk: Desk = request.app.state.desk
    return desk


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
    return person.role not in ("reporter", "head")


def narrowed_unit(person: Person, asked: str | None) -> str | None:
    """The unit a list is narrowed to. 403 when a reporter asks for another unit's."""
    if asked is not None:
        check_unit(person, asked)
        return asked
    return None if sees_all(person) else person.unit
