"""Record an inspection with its findings, and publish their events: one transaction."""

import uuid6
from sqlalchemy.ext.asyncio import AsyncEngine

from audit.commands.answers import InspectionDetail, body_of, inspection_detail
from audit.commands.author import Author
from audit.events import InspectionEvents
from audit.rules.inspection import Inspection
from audit.store import inspections
from audit.store.inspections import LoggedBy
from shared import telemetry
from shared.database import idempotency
from shared.messaging import publish


async def record_inspection(
    engine: AsyncEngine, author: Author, inspection: Inspection, attempt: idempotency.Attempt | None
) -> InspectionDetail | idempotency.Replay:
    """The new inspection, or the first answer to the same attempt.

    Publishes inspection.logged and a finding.recorded for each finding.
    """
    id_ = uuid6.uuid7()
    findings = [(uuid6.uuid7(), finding) for finding in inspection.findings]
    subject, now = author.person.subject, author.now
    logged = LoggedBy(subject, author.person.role, now, telemetry.current_trace_id())
    events = InspectionEvents(id_, inspection.unit, inspection.period, now, author.catalogue_version, author.acting)
    async with engine.begin() as tx:
        if replay := await idempotency.begin(tx, attempt):
            return replay
        await inspections.add(tx, id_, inspection, logged)
        await inspections.add_findings(tx, id_, findings, first=1, by=subject, at=now)
        record = await inspections.find(tx, id_)
        if record is None:
            raise RuntimeError(f"inspection {id_} is not there after its insert")
        answer = inspection_detail(record, await inspections.findings_of(tx, id_), author.today)
        await idempotency.finish(tx, attempt, 201, body_of(answer))
        await publish(
            tx, events.logged(inspection), *(events.finding_recorded(id_, finding) for id_, finding in findings)
        )
    return answer
