"""Statements on inspections and their findings."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, RowMapping, cast, func, insert, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from audit.rules.finding import SEVERITIES, Finding
from audit.rules.inspection import Inspection, State
from audit.rules.inspection_record import FindingRecord, InspectionRecord
from audit.store.tables import finding, inspection

SEVERITY_COUNTS = tuple(func.count().filter(finding.c.severity == name).label(name) for name in SEVERITIES)
KEPT = tuple(inspection.c[field.name] for field in fields(InspectionRecord) if field.name != "by_severity")


@dataclass(frozen=True, slots=True)
class LoggedBy:
    """Who logged an inspection, when, and in which trace. The fields are columns of `inspection`."""

    logged_by: str
    logged_by_role: str
    logged_at: datetime
    trace_id: str | None


async def add(tx: AsyncConnection, id_: UUID, item: Inspection, logged: LoggedBy) -> None:
    """The inspection without its findings."""
    values = asdict(item) | asdict(logged)
    del values["findings"]
    await tx.execute(insert(inspection).values(id=id_, **values))


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
        {"id": id_, "inspection_id": inspection_id, "position": first + offset, "recorded_by": by, "recorded_at": at}
        | asdict(item)
        for offset, (id_, item) in enumerate(findings)
    ]
    if rows:
        await tx.execute(insert(finding), rows)


FINDINGS = 727180
"""Of the advisory locks of findings, one an inspection."""


@dataclass(frozen=True, slots=True)
class LockedInspection:
    """What decides whether a finding may be added, and what its event says."""

    unit: str
    period: str
    started_on: date
    signed_on: date | None


async def lock(tx: AsyncConnection, id_: UUID) -> LockedInspection | None:
    """The inspection; nobody else adds a finding until the transaction ends. Its row is final: who serves may not
    lock it (docs/decisions/0033)."""
    await tx.execute(select(func.pg_advisory_xact_lock(FINDINGS, func.hashtext(str(id_)))))
    columns = (inspection.c[field.name] for field in fields(LockedInspection))
    row = (await tx.execute(select(*columns).where(inspection.c.id == id_))).one_or_none()
    return LockedInspection(*row) if row else None


async def find(tx: AsyncConnection, id_: UUID) -> InspectionRecord | None:
    records = await _listed(tx, [inspection.c.id == id_], 1)
    return records[0] if records else None


async def findings_of(tx: AsyncConnection, id_: UUID) -> list[FindingRecord]:
    """In the order they were recorded."""
    columns = (finding.c[field.name] for field in fields(FindingRecord))
    statement = select(*columns).where(finding.c.inspection_id == id_).order_by(finding.c.position)
    return [FindingRecord(**row) for row in (await tx.execute(statement)).mappings()]


async def last_position(tx: AsyncConnection, id_: UUID) -> int:
    """0 when there is no finding yet."""
    statement = select(func.coalesce(func.max(finding.c.position), 0)).where(finding.c.inspection_id == id_)
    return int((await tx.execute(statement)).scalar_one())


# Open inspections first, the oldest on top: the one that waits longest is seen first.
CONCLUDED = cast(inspection.c.signed_on.is_not(None), Integer)
ORDER = (CONCLUDED, inspection.c.started_on, inspection.c.number)
ListPosition = tuple[int, date, int]


def list_position(record: InspectionRecord) -> ListPosition:
    """The values of `ORDER` for a record."""
    return int(record.is_concluded), record.started_on, record.number


async def search(
    tx: AsyncConnection,
    *,
    units: Sequence[str],
    period: str | None,
    state: State | None,
    today: date,
    after: ListPosition | None,
    limit: int,
) -> list[InspectionRecord]:
    """Of `units`, or of all where there are none; in `ORDER`, after the position of the last one already seen."""
    conditions: list[ColumnElement[bool]] = []
    if units:
        conditions.append(inspection.c.unit.in_(units))
    if period:
        conditions.append(inspection.c.period == period)
    if state:
        conditions += in_state(state, today)
    if after is not None:
        conditions.append(tuple_(*ORDER) > after)
    return await _listed(tx, conditions, limit)


def in_state(state: State, today: date) -> list[ColumnElement[bool]]:
    """The rule `state_of` as conditions of a query."""
    if state == "concluded":
        return [inspection.c.signed_on.is_not(None)]
    unsigned = inspection.c.signed_on.is_(None)
    if state == "planned":
        return [unsigned, inspection.c.started_on > today]
    started = inspection.c.started_on <= today
    open_ = inspection.c.ended_on.is_(None)
    return [unsigned, started, open_ if state == "in_progress" else ~open_]


async def _listed(tx: AsyncConnection, conditions: Sequence[ColumnElement[bool]], limit: int) -> list[InspectionRecord]:
    counted = select(*SEVERITY_COUNTS).where(finding.c.inspection_id == inspection.c.id).lateral("counted")
    statement = select(*KEPT, counted).join(counted, onclause=true()).where(*conditions).order_by(*ORDER).limit(limit)
    return [_record(row) for row in (await tx.execute(statement)).mappings()]


def _record(row: RowMapping) -> InspectionRecord:
    by_severity = {name: int(row[name]) for name in SEVERITIES}
    return InspectionRecord(**{column.name: row[column.name] for column in KEPT}, by_severity=by_severity)
