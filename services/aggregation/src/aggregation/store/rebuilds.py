"""What rebuilds found: one row each, and one event."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.commands.aggregate import SOURCE
from aggregation.store.tables import rebuild
from shared.events import Event, ProjectionRebuilt
from shared.messaging import publish


@dataclass(frozen=True)
class Rebuilt:
    """`differing`: table → rows that differ, of the tables that do. Checksums are SHA-256 in hex."""

    id: UUID
    origin: Literal["log", "topic"]
    started_by: str
    started_at: datetime
    finished_at: datetime
    events: int
    facts: int
    live_checksum: str
    rebuilt_checksum: str
    equal: bool
    swapped: bool
    differing: Mapping[str, int]


async def record(tx: AsyncConnection, rebuilt: Rebuilt, catalogue_version: str) -> None:
    """Keep it and tell of it."""
    row = asdict(rebuilt)
    await tx.execute(rebuild.insert(), row)
    told = {name: value for name, value in row.items() if name in ProjectionRebuilt.model_fields}
    data = ProjectionRebuilt(rebuild_id=rebuilt.id, projection="aggregation", **told)
    event = Event.of(
        data,
        source=SOURCE,
        subject=str(rebuilt.id),
        time=rebuilt.finished_at,
        catalogue_version=catalogue_version,
    )
    await publish(tx, event)


async def latest(tx: AsyncConnection, limit: int) -> Sequence[Rebuilt]:
    """Newest first."""
    rows = await tx.execute(sa.select(rebuild).order_by(rebuild.c.finished_at.desc(), rebuild.c.id).limit(limit))
    return [Rebuilt(**_mapping(row)) for row in rows]


def _mapping(row: Any) -> dict[str, Any]:
    return dict(row._mapping)
