"""Change where the reminders of a unit's reporter or head go."""

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from notifications.channels.registry import Channels
from notifications.commands.plan import Planner
from notifications.rules.contact import Contact
from notifications.rules.stage import Role
from notifications.rules.texts import text
from notifications.store import contact as contacts
from notifications.store import write
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.errors import invalid, not_found, precondition_failed
from shared.text import Fault
from shared.text.words import kept


@dataclass(frozen=True, slots=True)
class ContactChange:
    """`changed_by` is a person's subject; `address_at` the pointer to the address in what they sent, for a fault."""

    unit: str
    role: Role
    channel: str
    address: str
    changed_by: str
    address_at: str = "/address"


class ContactEditor:
    def __init__(
        self, engine: AsyncEngine, clock: Clock, catalogue: Catalogue, channels: Channels, planner: Planner
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._catalogue = catalogue
        self._channels = channels
        self._planner = planner

    async def change(self, change: ContactChange, if_match: str | None = None) -> Contact:
        """What the old address did not get and still matters goes out again; by a channel that had no address yet,
        what is still owed is planned.

        Problems: 422 for a channel or an address that is not right, 404 for an unknown unit, 412 when `if_match` is not
        the tag of the stored contact.
        """
        change = replace(change, address=kept(change.address))
        self._check(change)
        new = Contact(change.unit, change.role, change.channel, change.address, change.changed_by, self._clock.now())
        async with self._engine.begin() as tx:
            old = await contacts.lock_contact(tx, new.unit, new.role, new.channel)
            if if_match not in (None, "*") and (old is None or if_match != old.etag):
                raise precondition_failed()
            await contacts.save_contact(tx, new)
            if old is None:
                await self._plan(tx, new)
            if old is None or old.address != new.address:
                await contacts.retry_failed(tx, new, new.changed_at)
        return new

    def _check(self, change: ContactChange) -> None:
        channel = self._channels.get(change.channel)
        if channel is None:
            unknown = text("contact.channel_unknown", names=", ".join(self._channels.names))
            raise invalid([Fault("channel", "/channel", unknown)])
        wrong = channel.check_address(change.address)
        if wrong is not None:
            raise invalid([Fault(channel.name, change.address_at, wrong)])
        if change.unit not in self._catalogue.units:
            raise not_found(text("unit.unknown"))

    async def _plan(self, tx: AsyncConnection, new: Contact) -> None:
        obligations = await write.lock_open_obligations(tx, new.unit)
        await self._planner.plan(tx, list(obligations.values()), {})
