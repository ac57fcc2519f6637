"""Contacts to begin with, as each channel derives them from the catalogue."""

from sqlalchemy.ext.asyncio import AsyncEngine

from notifications.channels.registry import Channels
from notifications.rules.contact import CATALOGUE, Contact
from notifications.store import contact as contacts
from shared.catalogue import Catalogue
from shared.clock import Clock


async def seed_contacts(engine: AsyncEngine, catalogue: Catalogue, channels: Channels, clock: Clock) -> None:
    """What people have entered stays."""
    now = clock.now()
    derived = [
        Contact(one.unit, one.role, channel.name, one.address, CATALOGUE, now)
        for channel in channels
        for one in channel.derive_addresses(catalogue.units.values())
    ]
    async with engine.begin() as tx:
        await contacts.seed_contacts(tx, derived)
