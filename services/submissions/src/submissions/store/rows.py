"""What a query answers, as plain mappings."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

Row = dict[str, Any]


async def first(tx: AsyncConnection, query: sa.Executable) -> Row | None:
    found = (await tx.execute(query)).mappings().first()
    return None if found is None else dict(found)


async def every(tx: AsyncConnection, query: sa.Executable) -> list[Row]:
    return [dict(row) for row in (await tx.execute(query)).mappings()]
