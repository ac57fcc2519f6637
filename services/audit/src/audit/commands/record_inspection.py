"""Writing an inspection or a finding, with its events, in the caller's transaction.

The events carry counts and codes only: what an inspector wrote stays in this database.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import uuid6
from sqlalchemy.ext.asyncio import AsyncConnection

from audit.rules.finding import MAX_FINDINGS, Finding, by_severity
from audit.rules.inspection import Inspection
from audit.rules.texts import fault, text
from audit.store import inspections as store
from shared import telemetry
from shared.auth import Person
from shared.clock import VIETNAM
from shared.errors import conflict, invalid, not_found
from shared.events import Event, EventData, FindingRecorded, InspectionLogged
from shared.messaging import publish
from shared.text import Fault

SOURCE = "/audit"


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, when, and under which version of the catalogue."""

    person: Person
    now: datetime
    catalogue_version: str


async def log_inspection(tx: AsyncConnection, item: Inspection, author: Author) -> UUID:
    """The new inspection's id. Publishes inspection.logged and a finding.recorded for each finding."""
    id_ = uuid6.uuid7()
    logged = {
        "logged_by": author.person.subject,
        "logged_by_role": author.person.role,
        "logged_at": author.now,
        "trace_id": telemetry.current_trace_id(),
    }
    findings = [(uuid6.uuid7(), one) for one in item.findings]
    await store.add(tx, id_, item, logged)
    await store.add_findings(tx, id_, findings, first=1, by=author.person.subject, at=author.now)
    told = InspectionLogged(
        inspection_id=id_,
        obligation=item.obligation,
        unit=item.unit,
        period=item.period,
        kind=item.kind,
        started_on=item.started_on.isoformat(),
        findings=len(item.findings),
        by_severity=by_severity(item.findings),
        logged_at=author.now,
    )
    recorded = [_recorded(id_, finding_id, one, item.unit, item.period) for finding_id, one in findings]
    await publish(tx, *(_event(id_, data, author) for data in (told, *recorded)))
    return id_


async def record_finding(tx: AsyncConnection, inspection_id: UUID, item: Finding, author: Author) -> UUID:
    """The new finding's id. Problem 404 for no such inspection, 409 once its conclusion is signed, 422 when full."""
    case = await store.lock(tx, inspection_id)
    if case is None:
        raise not_found(text("problem.no_inspection"))
    if case["signed_on"] is not None:
        raise conflict("inspection-concluded", text("problem.concluded"))
    last = await store.last_position(tx, inspection_id)
    faults: list[Fault] = []
    if case["started_on"] > author.now.astimezone(VIETNAM).date():
        faults.append(fault("findings-before-start", ""))
    if last >= MAX_FINDINGS:
        faults.append(fault("too-many-findings", "", count=last, limit=MAX_FINDINGS))
    if faults:
        raise invalid(faults)
    id_ = uuid6.uuid7()
    await store.add_findings(tx, inspection_id, [(id_, item)], first=last + 1, by=author.person.subject, at=author.now)
    recorded = _recorded(inspection_id, id_, item, case["unit"], case["period"])
    await publish(tx, _event(inspection_id, recorded, author))
    return id_


def _recorded(inspection_id: UUID, finding_id: UUID, item: Finding, unit: str, period: str) -> FindingRecorded:
    return FindingRecorded(
        inspection_id=inspection_id,
        finding_id=finding_id,
        unit=unit,
        period=period,
        measure=item.measure,
        severity=item.severity,
    )


def _event(inspection_id: UUID, data: EventData, author: Author) -> Event:
    return Event.of(
        data, source=SOURCE, subject=str(inspection_id), time=author.now, catalogue_version=author.catalogue_version
    )
