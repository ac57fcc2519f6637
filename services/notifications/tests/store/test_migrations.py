"""What the migrations make is what `tables.py` declares."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import AsyncEngine

from notifications.settings import NotificationsSettings
from notifications.store.contact import list_contacts, save_contact
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
