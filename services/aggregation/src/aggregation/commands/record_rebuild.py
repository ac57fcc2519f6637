"""Keeping the result of a rebuild: one row and one event."""

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.events import projection_rebuilt
from aggregation.rules.records import RebuildRecord
from aggregation.store import rebuilds
from shared.messaging import publish


async def record_rebuild(tx: AsyncConnection, rebuilt: RebuildRecord, catalogue_version: str) -> None:
    await rebuilds.insert(tx, rebuilt)
    await publish(tx, projection_rebuilt(rebuilt, catalogue_version))
