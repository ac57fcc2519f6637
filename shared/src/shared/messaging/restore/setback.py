"""What tells that a database is older than what its service has done: kept in it until somebody has healed it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

# consumer: its group has read on; relay: its source has sent on; gone: what Kafka does not hold any more; published:
# the same of the service's own events, among which may be sums that aggregation has published.
Side = Literal["consumer", "relay", "gone", "published"]

_KEEP = sa.text(
    """
    insert into setback (side, missing, detail) values (:side, :missing, :detail)
    on conflict (side) do update set missing = excluded.missing, detail = excluded.detail
    """
)
_READ = sa.text("select side, missing, detail, found_at from setback order by side")
_CLEAR = sa.text("delete from setback where side = :side")


IS_CURRENT = sa.text(
    "not exists (select from setback) and not exists (select from consumed where next_offset < again_until)"
)
"""For the condition of a query: the database holds all that its service knew. A rewound one does once it has caught
up."""


@dataclass(frozen=True, slots=True)
class Setback:
    """`missing`: records or events that the database lacks."""

    side: Side
    missing: int
    detail: str
    found_at: datetime


async def keep_setback(tx: AsyncConnection, side: Side, missing: int, detail: str) -> None:
    await tx.execute(_KEEP, {"side": side, "missing": missing, "detail": detail[:2000]})


async def read_setbacks(tx: AsyncConnection) -> list[Setback]:
    return [Setback(*row) for row in await tx.execute(_READ)]


async def clear_setback(tx: AsyncConnection, side: Side) -> None:
    await tx.execute(_CLEAR, {"side": side})
