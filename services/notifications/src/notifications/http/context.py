"""What API and pages share: the database, the clock, the catalogue, the channels, and who may see what."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine

from notifications.channels.registry import Channels
from notifications.commands.change_contact import ContactEditor
from shared.access import Person, check_access
from shared.auth import require
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
    channels: Channels
    contacts: ContactEditor

    def shown_address(self, channel_name: str, address: str | None) -> str | None:
        """What those who may see addresses read. Nothing of a channel that no longer exists."""
        channel = self.channels.get(channel_name)
        return channel.shown_address(address) if channel is not None and address is not None else None

    def address_for(self, person: Person, channel_name: str, address: str | None) -> str | None:
        return self.shown_address(channel_name, address) if sees_addresses(person) else None


def context_of(request: Request) -> NotificationsContext:
    context: NotificationsContext = request.app.state.context
    return context


Context = Annotated[NotificationsContext, Depends(context_of)]
Anyone = Annotated[Person, Depends(require())]
AddressReader = Annotated[Person, Depends(require("reporter", "head", "coordinator", "ops"))]
"""Those of a unit read its own."""
Keeper = Annotated[Person, Depends(require("coordinator", "ops"))]


def visible_unit(person: Person, unit: str | None) -> str | None:
    """The unit to show: reporters and heads see their own only (403 for another); None shows all."""
    if unit:
        check_access(person, unit)
        return unit
    return person.own_unit


def sees_addresses(person: Person) -> bool:
    """Those of every unit, wherever one stands; and may change them."""
    return person.role in READERS_OF_ADDRESSES


def opens_contacts(person: Person) -> bool:
    return sees_addresses(person) or person.own_unit is not None
