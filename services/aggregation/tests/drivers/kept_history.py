"""A history that many tests begin with: applied once in a process, its rows copied back for each test.

All of it is done by the owner of the tables: who serves may not empty them.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.store.tables import metadata
from shared.events import Event
from tests.support.databases import owner

TABLES = tuple(table.name for table in metadata.sorted_tables)
KEPT = "kept"  # a schema beside the service's own


async def empty(engine: AsyncEngine) -> None:
    async with owner(engine) as tx:
        await _run(tx, f"truncate {', '.join(TABLES)}")


@dataclass(frozen=True)
class KeptHistory:
    """`events` and the rows that they left in the service's tables."""

    events: list[Event]

    @classmethod
    async def keep(cls, engine: AsyncEngine, events: list[Event]) -> "KeptHistory":
        """Remember the rows as they stand, after `events` and nothing else."""
        async with owner(engine) as tx:
            await _run(tx, f"create schema {KEPT}", *(f"create table {KEPT}.{t} as table {t}" for t in TABLES))
        return cls(events)

    async def restore(self, engine: AsyncEngine) -> None:
        """Into empty tables."""
        async with owner(engine) as tx:
            await _run(tx, *(f"insert into {t} overriding system value select * from {KEPT}.{t}" for t in TABLES))


async def _run(tx: AsyncConnection, *statements: str) -> None:
    for statement in statements:
        await tx.execute(sa.text(statement))
