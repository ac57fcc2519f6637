"""Contacts as they are stored: one for each unit, role and channel."""

import asyncio
from dataclasses import replace

import sqlalchemy as sa

from notifications.rules.contact import RemindingChannels
from notifications.store import contact as contacts
from services.notifications.tests.service import OTHER, START, UNIT, Parts, until_waiting


async def test_a_second_channel_has_an_address_of_its_own(service: Parts) -> None:
    async with service.engine.begin() as tx:
        by_mail = await contacts.lock_contact(tx, UNIT, "head", "email")
        assert by_mail is not None
        by_sms = replace(by_mail, channel="sms", address="0900000000")
        await contacts.save_contact(tx, by_sms)
        await contacts.save_contact(tx, replace(by_sms, address="0900000001"))
        assert await contacts.lock_contact(tx, UNIT, "head", "email") == by_mail
        listed = await contacts.list_contacts(tx, 10, unit=UNIT)
        assert [(each.role, each.channel) for each in listed] == [
            ("head", "email"),
            ("head", "sms"),
            ("reporter", "email"),
        ]
        [second] = await contacts.list_contacts(tx, 10, unit=UNIT, channel="sms")
        assert second.address == "0900000001"
        assert await contacts.list_contacts(tx, 10, unit=UNIT, after=(UNIT, "head", "sms")) == listed[2:]
        assert await contacts.channels_in_use(tx) == {"email", "sms"}


async def test_only_other_channels_with_an_address_are_added(service: Parts) -> None:
    async with service.engine.begin() as tx:
        by_mail = await contacts.lock_contact(tx, UNIT, "head", "email")
        assert by_mail is not None
        await contacts.save_contact(tx, replace(by_mail, channel="sms", address="0900000000"))
        assert await contacts.reminding_channels(tx, {UNIT, OTHER}, ("email", "sms")) == {
            UNIT: RemindingChannels("email", frozenset({("head", "sms")})),
            OTHER: RemindingChannels("email"),
        }
        assert await contacts.reminding_channels(tx, {UNIT}, ("email",)) == {UNIT: RemindingChannels("email")}


async def test_a_mailbox_is_refused_and_reached_however_its_address_is_written(service: Parts) -> None:
    """As the channel compares them where messages are shared."""
    marks: list[int] = []
    async with service.engine.begin() as tx:
        for unit, role, address in ((UNIT, "head", "UBND@b.vn"), (OTHER, "reporter", "ubnd@B.vn")):
            stored = await contacts.lock_contact(tx, unit, role, "email")
            assert stored is not None
            await contacts.save_contact(tx, replace(stored, address=address))
        await contacts.mark_refused(tx, "email", "ubnd@b.vn", str.casefold, START)
        marks.append(len(await contacts.refused_contacts(tx)))
        await contacts.mark_reached(tx, "email", "Ubnd@b.VN", str.casefold)
        marks.append(len(await contacts.refused_contacts(tx)))
    assert marks == [2, 0]


async def test_contacts_of_one_mailbox_are_marked_in_the_order_in_which_they_are_locked(service: Parts) -> None:
    """However they lie in the table: whoever holds the first one gets the next one, too."""
    first, second = sorted(((UNIT, "head"), (OTHER, "reporter")))
    async with service.engine.begin() as tx:
        for unit, role in (second, first):  # the last one that is written lies last
            stored = await contacts.lock_contact(tx, unit, role, "email")
            assert stored is not None
            await contacts.save_contact(tx, replace(stored, address="ubnd@b.vn", refused_at=START))

    async def mark() -> None:
        async with service.engine.begin() as other:
            await contacts.mark_reached(other, "email", "ubnd@b.vn", str.casefold)

    async with service.engine.begin() as tx:
        await contacts.lock_contact(tx, *first, "email")
        marking = asyncio.create_task(mark())
        await until_waiting(service, 1)
        await tx.execute(sa.text("set local lock_timeout = '3s'"))
        assert await contacts.lock_contact(tx, *second, "email")
    await marking
    async with service.engine.connect() as tx:
        assert await contacts.refused_contacts(tx) == []
