"""A relay's cursor ahead of all that other tests have sent of the same source: their events are no restored backup."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

AHEAD = 10**9


async def set_ahead(engine: AsyncEngine, source: str) -> None:
    async with engine.begin() as tx:
        await tx.execute(
            sa.text(
                "insert into relay_head (source, sequence, hash) values (:source, :ahead, repeat('0', 64))"
                " on conflict (source) do update set sequence = :ahead"
            ),
            {"source": source, "ahead": AHEAD},
        )
