"""The table of contacts: who is reached by which channel at which address."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.rules.contact import Contact, RemindingChannels
from notifications.store.records import records
from notifications.store.tables import contact, contact_change, obligation, reminder

Mailbox = Callable[[str], str]
"""Of a channel: the same for two addresses that reach one place."""


def reaches(obligation: sa.Table, reminder: sa.Table) -> sa.ColumnElement[bool]:
    """Joins a reminder and its obligation with the contact that it goes to."""
    return sa.and_(
        contact.c.unit == obligation.c.unit,
        contact.c.role == reminder.c.role,
        contact.c.channel == reminder.c.channel,
    )


async def seed_contacts(tx: AsyncConnection, contacts: Sequence[Contact]) -> None:
    """Give units without a contact their derived address; what people have entered stays."""
    if contacts:
        await tx.execute(insert(contact).on_conflict_do_nothing(), [asdict(one) for one in contacts])


async def lock_contact(tx: AsyncConnection, unit: str, role: str, channel: str) -> Contact | None:
    """As it stands, and nobody else changes it before the transaction ends."""
    key = (contact.c.unit == unit, contact.c.role == role, contact.c.channel == channel)
    locked = records(Contact, await tx.execute(sa.select(contact).where(*key).with_for_update()))
    return locked[0] if locked else None


async def find_contact(tx: AsyncConnection, unit: str, role: str, channel: str) -> Contact | None:
    query = sa.select(contact).where(contact.c.unit == unit, contact.c.role == role, contact.c.channel == channel)
    found = records(Contact, await tx.execute(query))
    return found[0] if found else None


async def add_contact(tx: AsyncConnection, new: Contact) -> bool:
    """False when somebody else has added one meanwhile: there is no row to lock before the first address."""
    statement = insert(contact).values(asdict(new)).on_conflict_do_nothing().returning(contact.c.unit)
    return (await tx.execute(statement)).first() is not None


async def lock_addresses(
    tx: AsyncConnection, unit: str, channel: str, address: str, mailbox: Mailbox
) -> dict[str, str]:
    """Those of a unit by role. Nobody corrects one before the transaction ends, nor one of this mailbox, which
    `mark_refused` changes: all in one order, so that two senders never wait on each other."""
    there = contact.c.channel == channel
    affected = sa.or_(contact.c.unit == unit, contact.c.address.in_(await _alike(tx, there, address, mailbox)))
    query = sa.select(contact).where(there, affected).order_by(contact.c.unit, contact.c.role).with_for_update()
    return {row.role: row.address for row in await tx.execute(query) if row.unit == unit}


async def save_contact(tx: AsyncConnection, changed: Contact) -> None:
    statement = insert(contact).values(asdict(changed))
    new = statement.excluded
    values = {name: new[name] for name in ("address", "changed_by", "changed_at", "refused_at")}
    await tx.execute(statement.on_conflict_do_update(index_elements=["unit", "role", "channel"], set_=values))


async def keep_change(tx: AsyncConnection, new: Contact, old: Contact | None) -> None:
    """Who changed it, when, and what stood there before: the way back from mail that was led astray."""
    values = {name: getattr(new, name) for name in ("unit", "role", "channel", "changed_by", "changed_at")}
    await tx.execute(sa.insert(contact_change).values(**values, old_address=old.address if old else None))


async def list_contacts(
    tx: AsyncConnection,
    limit: int,
    *,
    unit: str | None = None,
    channel: str | None = None,
    after: tuple[str, str, str] | None = None,
) -> Sequence[Contact]:
    """One more than `limit`, by unit, role and channel."""
    order = (contact.c.unit, contact.c.role, contact.c.channel)
    query = sa.select(contact).order_by(*order).limit(limit + 1)
    if unit is not None:
        query = query.where(contact.c.unit == unit)
    if channel is not None:
        query = query.where(contact.c.channel == channel)
    if after:
        query = query.where(sa.tuple_(*order) > sa.tuple_(*after))
    return records(Contact, await tx.execute(query))


async def mark_refused(tx: AsyncConnection, channel: str, address: str, mailbox: Mailbox, now: datetime) -> None:
    """From now on, unless it was before: whoever of whatever unit is reached at this mailbox gets nothing there."""
    reached = sa.and_(contact.c.channel == channel, contact.c.refused_at.is_(None))
    await _mark(tx, reached, address, mailbox, now)


async def mark_reached(tx: AsyncConnection, channel: str, address: str, mailbox: Mailbox) -> None:
    """A message arrived."""
    refused = sa.and_(contact.c.channel == channel, contact.c.refused_at.is_not(None))
    await _mark(tx, refused, address, mailbox, None)


async def _mark(
    tx: AsyncConnection, which: sa.ColumnElement[bool], address: str, mailbox: Mailbox, refused_at: datetime | None
) -> None:
    alike = await _alike(tx, which, address, mailbox)
    if alike:
        marked = sa.and_(which, contact.c.address.in_(alike))
        # In the order of `lock_addresses`, so that neither waits on the other; an update alone takes them as they lie.
        ordered = sa.select(contact.c.unit).where(marked).order_by(contact.c.unit, contact.c.role)
        await tx.execute(ordered.with_for_update())
        await tx.execute(sa.update(contact).where(marked).values(refused_at=refused_at))


async def _alike(tx: AsyncConnection, which: sa.ColumnElement[bool], address: str, mailbox: Mailbox) -> list[str]:
    """The addresses of one mailbox as they are written. The channel compares, here as where messages are shared."""
    written = (await tx.execute(sa.select(contact.c.address).where(which).distinct())).scalars()
    return [each for each in written if mailbox(each) == mailbox(address)]


async def refused_contacts(tx: AsyncConnection, unit: str | None = None) -> Sequence[Contact]:
    """Those that the far side refuses, longest first; of one unit or of all."""
    query = sa.select(contact).where(contact.c.refused_at.is_not(None))
    if unit is not None:
        query = query.where(contact.c.unit == unit)
    return records(Contact, await tx.execute(query.order_by(contact.c.refused_at, contact.c.unit, contact.c.role)))


async def channels_in_use(tx: AsyncConnection) -> set[str]:
    return set((await tx.execute(sa.select(contact.c.channel).distinct())).scalars())


async def reminding_channels(
    tx: AsyncConnection, units: Iterable[str], channels: Sequence[str]
) -> dict[str, RemindingChannels]:
    """By which of `channels` each unit is reminded; the first is the default. No query while it is the only one."""
    default, *others = channels
    addressed: dict[str, set[tuple[str, str]]] = {unit: set() for unit in units}
    if others:
        query = sa.select(contact.c.unit, contact.c.role, contact.c.channel).where(
            contact.c.unit == sa.any_(sa.literal(list(addressed), sa.ARRAY(sa.Text))), contact.c.channel.in_(others)
        )
        for row in await tx.execute(query):
            addressed[row.unit].add((row.role, row.channel))
    return {unit: RemindingChannels(default, frozenset(pairs)) for unit, pairs in addressed.items()}


async def retry_failed(tx: AsyncConnection, changed: Contact, now: datetime) -> None:
    """Make the newest reminder of each open obligation due again that could not be delivered to the old address."""
    newest = (
        sa.select(reminder.c.id)
        .ext(distinct_on(reminder.c.obligation_id))
        .join(obligation, obligation.c.obligation_id == reminder.c.obligation_id)
        .where(obligation.c.unit == changed.unit, obligation.c.state == "open")
        .where(reminder.c.role == changed.role, reminder.c.channel == changed.channel)
        .where(reminder.c.state == "failed", reminder.c.expires_at > now)
        .order_by(reminder.c.obligation_id, reminder.c.not_before.desc())
    )
    await tx.execute(
        sa.update(reminder)
        .where(reminder.c.id.in_(newest.scalar_subquery()))
        .values(state="due", reason=None, next_attempt_at=None)
    )
