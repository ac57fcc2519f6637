"""What the migrations make is what `tables.py` declares."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import AsyncEngine

from notifications.settings import NotificationsSettings
from notifications.store.contact import list_contacts, refused_contacts, save_contact
from notifications.store.tables import metadata
from shared.database.engine import create_engine
from shared.database.migration import migrate


async def test_the_migrated_database_is_the_declared_one(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )
    assert differences == []


async def test_addresses_of_yesterday_are_those_of_the_channel_email(database: Callable[[str], str]) -> None:
    """0005, on a database that holds contacts."""
    url = database("notifications")
    await asyncio.to_thread(migrate, url, "notifications", "0004")
    settings = NotificationsSettings(database_url=url, environment="test")
    old = create_engine(settings)
    columns = "unit, role, email, changed_by, changed_at"
    insert = sa.text(f"insert into contact ({columns}) values ('SO_Y_TE', :r, :e, :by, now())")
    async with old.begin() as tx:
        await tx.execute(insert, {"r": "head", "e": "a@b.example", "by": "p"})
        await tx.execute(insert, {"r": "reporter", "e": "c@d.example", "by": "catalogue"})
    await old.dispose()
    await asyncio.to_thread(migrate, url, "notifications")
    new = create_engine(settings)
    async with new.begin() as tx:
        kept = await list_contacts(tx, 10)
        await save_contact(tx, replace(kept[0], channel="sms"))
    await new.dispose()
    assert [(each.unit, each.role, each.channel, each.address, each.changed_by) for each in kept] == [
        ("SO_Y_TE", "head", "email", "a@b.example", "p"),
        ("SO_Y_TE", "reporter", "email", "c@d.example", "catalogue"),
    ]


async def test_an_address_that_has_been_refused_is_told_as_such_from_the_start(database: Callable[[str], str]) -> None:
    """0006: since the first refusal after the last mail that arrived; not one that has been corrected since."""
    url = database("notifications")
    await asyncio.to_thread(migrate, url, "notifications", "0005")
    settings = NotificationsSettings(database_url=url, environment="test")
    old = create_engine(settings)
    at = datetime(2026, 11, 1, tzinfo=UTC)
    tries = [
        *(("reporter", "r@b.vn", "failed", 0), ("reporter", "r@b.vn", "sent", 1)),
        *(("reporter", "r@b.vn", "failed", 2), ("reporter", "r@b.vn", "failed", 3)),
        *(("head", "old@b.vn", "failed", 4), ("head", "h@b.vn", "sent", 5)),
    ]
    async with old.begin() as tx:
        for role, address in (("reporter", "r@b.vn"), ("head", "h@b.vn")):
            values = {"role": role, "address": address, "at": at}
            await tx.execute(
                sa.text("insert into contact values ('SO_Y_TE', :role, :address, 'p', :at, 'email')"), values
            )
        duty = "insert into duty values (:id, 'O1', 'SO_Y_TE', 'B10-YTE', '2026', 'open', 1, :at, 1)"
        await tx.execute(sa.text(duty), {"id": UUID(int=1), "at": at})
        for number, (role, address, state, day) in enumerate(tries):
            ids = {"id": UUID(int=number + 10), "duty": UUID(int=1), "at": at + timedelta(days=day)}
            await tx.execute(
                sa.text(
                    "insert into reminder (id, obligation_id, stage, role, channel, planned_on, not_before, expires_at,"
                    " state, traced_at) values (:id, :duty, 'T-7', :role, 'email', '2026-11-01', :at, :at, 'sent', :at)"
                ),
                ids | {"role": role},
            )
            await tx.execute(
                sa.text("insert into delivery values (:id, :id, 1, :address, :state, null, 250, '<i>', :at, :at)"),
                ids | {"address": address, "state": state},
            )
    await old.dispose()
    await asyncio.to_thread(migrate, url, "notifications")
    new = create_engine(settings)
    async with new.connect() as tx:
        refused = await refused_contacts(tx)
    await new.dispose()
    assert [(each.role, each.refused_at) for each in refused] == [("reporter", at + timedelta(days=2))]
