"""The shadow: a schema of the service's own database with the same tables, filled by the same code as the live ones."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.rebuild.errors import CouldNotCompare
from aggregation.store.tables import STATE, indicator_history, metadata
from shared.messaging import messaging_tables

SCHEMA = "shadow"
# Where the live tables go when they are replaced, until the rebuild ends.
RETIRED = "retired"
_ALONE = sa.text("select pg_try_advisory_lock(727176)")

messaging = sa.MetaData()
messaging_tables(messaging)

# The events that are recent enough for the live inbox to hold their ids (see `Replayer`).
awaited = sa.Table("awaited", sa.MetaData(), sa.Column("event_id", sa.Text, primary_key=True))


@asynccontextmanager
async def shadow_schema(live: AsyncEngine) -> AsyncIterator[None]:
    """An empty shadow, whatever an earlier run left; it is removed at the end.

    Raises `CouldNotCompare` while another rebuild runs.
    """
    async with live.connect() as connection:
        # Held by the session: it ends with the process, even when that is killed.
        if not await connection.scalar(_ALONE):
            raise CouldNotCompare("another rebuild is running")
        await connection.commit()
        await _drop(live)
        try:
            async with live.begin() as tx:
                await _create(tx)
            yield
        finally:
            await _drop(live)
            await connection.execute(sa.text("select pg_advisory_unlock_all()"))
            await connection.commit()


async def _create(tx: AsyncConnection) -> None:
    await tx.execute(sa.schema.CreateSchema(SCHEMA))
    shadowed = await tx.execution_options(schema_translate_map={None: SCHEMA})
    state = [*STATE, indicator_history]
    await shadowed.run_sync(lambda bind: metadata.create_all(bind, state, checkfirst=False))
    await shadowed.run_sync(lambda bind: messaging.create_all(bind, checkfirst=False))
    await shadowed.run_sync(awaited.create)


async def _drop(live: AsyncEngine) -> None:
    async with live.begin() as tx:
        for schema in (SCHEMA, RETIRED):
            await tx.execute(sa.schema.DropSchema(schema, cascade=True, if_exists=True))
