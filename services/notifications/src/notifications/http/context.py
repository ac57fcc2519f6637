"""What API and pages share: the database, the clock, the catalogue, and who may see what."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.auth import Person, check_unit, require
from shared.calendar import Holidays
from shared.catalogue import Catalogue
from shared.clock import Clock

READERS_OF_ADDRESSES = ("coordinator", "ops")


@dataclass(frozen=True, slots=True)
class NotificationsContext:
    engine: AsyncEngine
    clock: Clock
    catalogue: Catalogue
    holidays: Holidays


def context_of(request: Request) -> NotificationsContext:
    context: NotificationsContext = request.app.state.context
    return context


Context = Annotated[NotificationsContext, Depends(context_of)]
Anyone = Annotated[Person, Depends(require())]
Keeper = Annotated[Person, Depends(require("coordinator", "ops"))]


def visible_unit(person: Person, asked: str | None) -> str | None:
    """The unit to show: reporters and heads see their own only (403 for another); None shows all."""
    if asked:
        check_unit(person, asked)
        return asked
    return person.own_unit


def sees_addresses(person: Person) -> bool:
    return person.role in READERS_OF_ADDRESSES
