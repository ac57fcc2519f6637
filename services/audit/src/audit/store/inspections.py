"""Every query on inspections and their findings."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, RowMapping, cast, func, insert, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from audit.rules.finding import SEVERITIES, Finding
from audit.rules.inspection import Inspection, State
from audit.store.tables import finding, inspection

SEVERITY_COUNTS = tuple(func.count().filter(finding.c.severity == name).label(name) for name in SEVERITIES)


async def add(tx: AsyncConnection, id_: UUID, item: Inspection, logged: dict[str, Any]) -> None:
    """`logged` has logged_by, logged_by_role, logged_at and trace_id."""
    values = asdict(item)
    del values["findings"]
    await tx.execute(insert(inspection).values(id=id_, **values, **logged))


async def add_findings(
    tx: AsyncConnection,
    inspection_id: UUID,
    findings: Sequence[tuple[UUID, Finding]],
    *,
    first: int,
    by: str,
    at: datetime,
) -> None:
    """Findings at the positions `first`, `first` + 1, …"""
    rows = [
        {"id": id_, "inspection_id": inspection_id, "position": first + place, "recorded_by": by, "recorded_at": at}
        | asdict(item)
        for place, (id_, item) in enumerate(findings)
    ]
    if rows:
        await tx.execute(insert(finding), rows)


async def lock(tx: AsyncConnection, id_: UUID) -> RowMapping | None:
    """The inspection's row, locked until the transaction ends."""
    statement = select(inspection).where(inspection.c.id == id_).with_for_update()
    return (await tx.execute(statement)).mappings().one_or_none()


async def find(tx: AsyncConnection, id_: UUID) -> RowMapping | None:
    rows = await _listed(tx, [inspection.c.id == id_], 1)
    return rows[0] if rows else None


async def findings_of(tx: AsyncConnection, id_: UUID) -> Sequence[RowMapping]:
    statement = select(finding).where(finding.c.inspection_id == id_).order_by(finding.c.position)
    return (await tx.execute(statement)).mappings().all()


async def last_position(tx: AsyncConnection, id_: UUID) -> int:
    """0 when there is no finding yet."""
    statement = select(func.coalesce(func.max(finding.c.position), 0)).where(finding.c.inspection_id == id_)
    return int((await tx.execute(statement)).scalar_one())


# Open cases first, the oldest on top: what waits longest is seen first.
CONCLUDED = cast(inspection.c.signed_on.is_not(None), Integer)
ORDER = (CONCLUDED, inspection.c.started_on, inspection.c.number)
Place = tuple[int, date, int]


def place_of(row: RowMapping) -> Place:
    """Where a row stands in the list."""
    return int(row["signed_on"] is not None), row["started_on"], row["number"]


async def search(
    tx: AsyncConnection,
    *,
    unit: str | None,
    period: str | None,
    state: State | None,
    today: date,
    after: Place | None,
    limit: int,
) -> Sequence[RowMapping]:
    """In `ORDER`, behind the place of the last one already seen."""
    conditions: list[ColumnElement[bool]] = []
    if unit:
        conditions.append(inspection.c.unit == unit)
    if period:
        conditions.append(inspection.c.period == period)
    if state:
        conditions += in_state(state, today)
    if after is not None:
        conditions.append(tuple_(*ORDER) > after)
    return await _listed(tx, conditions, limit)


def in_state(state: State, today: date) -> list[ColumnElement[bool]]:
    """`inspection.state_of` as conditions."""
    if state == "concluded":
        return [inspection.c.signed_on.is_not(None)]
    unsigned = inspection.c.signed_on.is_(None)
    if state == "planned":
        return [unsigned, inspection.c.started_on > today]
    started = inspection.c.started_on <= today
    open_ = inspection.c.ended_on.is_(None)
    return [unsigned, started, open_ if state == "in_progress" else ~open_]


async def _listed(tx: AsyncConnection, conditions: Sequence[ColumnElement[bool]], limit: int) -> Sequence[RowMapping]:
    counted = select(*SEVERITY_COUNTS).where(finding.c.inspection_id == inspection.c.id).lateral("counted")
    statement = (
        select(inspection, counted).join(counted, onclause=true()).where(*conditions).order_by(*ORDER).limit(limit)
    )
    return (await tx.execute(statement)).mappings().all()
