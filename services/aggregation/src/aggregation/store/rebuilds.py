"""The results of rebuilds, one row each."""

from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.rules.records import RebuildRecord
from aggregation.store.tables import rebuild


async def insert(tx: AsyncConnection, rebuilt: RebuildRecord) -> None:
    await tx.execute(rebuild.insert(), asdict(rebuilt))


async def latest(tx: AsyncConnection, limit: int) -> list[RebuildRecord]:
    """Newest first."""
    query = sa.select(rebuild).order_by(rebuild.c.finished_at.desc(), rebuild.c.id).limit(limit)
    return [RebuildRecord(**row) for row in (await tx.execute(query)).mappings()]
