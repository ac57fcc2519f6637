"""Change where the reminders of a unit's reporter or head go."""

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from notifications.channels.registry import Channels
from notifications.commands.plan import Planner
from notifications.events import EventFactory
from notifications.rules.contact import Contact, Precondition
from notifications.rules.stage import Role
from notifications.rules.texts import text
from notifications.store import contact as contacts
from notifications.store import write
from shared.access import Person
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.database import idempotency
from shared.database.idempotency import Attempt
from shared.errors import Problem, invalid, not_found, precondition_failed, precondition_required
from shared.messaging import publish
from shared.security_log import security_event
from shared.text import Fault
from shared.text.words import kept


@dataclass(frozen=True, slots=True)
class ContactChange:
    """`by` is who changes it; `address_at` the pointer to the address in what they sent, for a fault."""

    unit: str
    role: Role
    channel: str
    address: str
    by: Person
    address_at: str = "/address"


@dataclass(frozen=True, slots=True)
class SavedContact:
    """`created`: there was no address before."""

    contact: Contact
    created: bool


class StaleContact(Problem):
    """412: somebody else has changed it. `stored` is what stands there now, None for nothing."""

    def __init__(self, stored: Contact | None) -> None:
        problem = precondition_failed([Fault("stale", "/header/If-Match", text("contact.stale"))])
        super().__init__(problem.status, problem.code, problem.title, problem.faults)
        self.stored = stored


class ContactEditor:
    def __init__(
        self, engine: AsyncEngine, clock: Clock, catalogue: Catalogue, channels: Channels, planner: Planner
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._catalogue = catalogue
        self._channels = channels
        self._planner = planner
        self._events = EventFactory(catalogue.version)

    async def change(
        self, change: ContactChange, seen: Precondition | None, attempt: Attempt | None = None
    ) -> SavedContact:
        """What the old address did not get and still matters goes out again; by a channel that had no address yet,
        what is still owed is planned.

        Problems, in this order: 422 for a channel or an address that is not right, 404 for an unknown unit, 428 without
        `seen`, 412 (`StaleContact`) when it does not hold. A repeated `attempt` changes nothing again.
        """
        change = replace(change, address=kept(change.address))
        self._check(change)
        if seen is None:
            raise precondition_required([Fault("missing", "/header/If-Match", text("contact.unseen"))])
        by, now = change.by, self._clock.now()
        new = Contact(change.unit, change.role, change.channel, change.address, by.subject, now)
        async with self._engine.begin() as tx:
            replay = await idempotency.begin(tx, attempt)
            old = await contacts.lock_contact(tx, new.unit, new.role, new.channel)
            if replay is not None and old is not None:
                return SavedContact(old, created=False)
            if not seen.holds(old):
                raise StaleContact(old)
            if old is not None and old.address == new.address:
                new = replace(new, refused_at=old.refused_at)
            if old is None:
                await self._add(tx, new)
            else:
                await contacts.save_contact(tx, new)
            if old is None or old.address != new.address:
                await contacts.retry_failed(tx, new, new.changed_at)
                await contacts.keep_change(tx, new, old)
                await publish(tx, self._events.contact_changed(new, by))
            await idempotency.finish(tx, attempt, 303, b"{}")
        if old is None or old.address != new.address:
            security_event("security.contact-changed", by, of=new.unit, recipient=new.role, channel=new.channel)
        return SavedContact(new, created=old is None)

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

    async def _add(self, tx: AsyncConnection, new: Contact) -> None:
        if not await contacts.add_contact(tx, new):
            raise StaleContact(await contacts.find_contact(tx, new.unit, new.role, new.channel))
        obligations = await write.lock_open_obligations(tx, new.unit)
        await self._planner.plan(tx, list(obligations.values()), {})
