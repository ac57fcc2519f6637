"""A service's fresh database on the broker of all tests: what others sent and read there in its name is no sign of a
restored backup."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

AHEAD = 10**9


async def set_ahead(engine: AsyncEngine, source: str) -> None:
    """The relay's cursor is ahead of all that others sent, and the offsets of the group are taken at their word, as
    those of a database that was in use before it kept positions."""
    async with engine.begin() as tx:
        await tx.execute(sa.text("update epoch set begun_at = now()"))
        await tx.execute(
            sa.text(
                "insert into relay_head (source, sequence, hash) values (:source, :ahead, repeat('0', 64))"
                " on conflict (source) do update set sequence = :ahead"
            ),
            {"source": source, "ahead": AHEAD},
        )
