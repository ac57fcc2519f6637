"""Record one more finding of an inspection, and publish its event: one transaction."""

from collections.abc import Collection
from dataclasses import asdict
from uuid import UUID

import uuid6
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from audit.commands.answers import body_of
from audit.commands.author import Author
from audit.events import InspectionEvents
from audit.rules.finding import Finding
from audit.rules.inspection_record import FindingRecord, check_new_finding
from audit.rules.texts import text
from audit.store import inspections
from audit.store.inspections import LockedInspection
from shared.database import idempotency
from shared.errors import conflict, invalid, not_found, precondition_failed
from shared.messaging import publish

CONCLUDED = "inspection-concluded"


async def record_finding(
    engine: AsyncEngine,
    author: Author,
    inspection_id: UUID,
    finding: Finding,
    attempt: idempotency.Attempt | None,
    expected: Collection[int] | None = None,
) -> FindingRecord | idempotency.Replay:
    """The new finding, or the first answer to the same attempt. Publishes finding.recorded.

    `expected`: how many findings the writer has seen; None when any number will do. Problem 404 for no such inspection,
    409 once its conclusion is signed, 412 when there are others than the writer has seen, 422 when it can take none.
    """
    async with engine.begin() as tx:
        if replay := await idempotency.begin(tx, attempt):
            return replay
        inspection = await _lock_open(tx, inspection_id)
        last = await inspections.last_position(tx, inspection_id)
        if expected is not None and last not in expected:
            raise precondition_failed()
        if faults := check_new_finding(inspection.started_on, last, author.today):
            raise invalid(faults)
        record = FindingRecord(**asdict(finding), id=uuid6.uuid7(), position=last + 1, recorded_at=author.now)
        await inspections.add_findings(
            tx,
            inspection_id,
            [(record.id, finding)],
            first=record.position,
            by=author.person.subject,
            at=author.now,
        )
        await idempotency.finish(tx, attempt, 201, body_of(record))
        events = InspectionEvents(
            inspection_id, inspection.unit, inspection.period, author.now, author.catalogue_version, author.acting
        )
        await publish(tx, events.finding_recorded(record.id, finding))
    return record


async def _lock_open(tx: AsyncConnection, inspection_id: UUID) -> LockedInspection:
    """The inspection, locked. Problem 404 for none, 409 once its conclusion is signed."""
    inspection = await inspections.lock(tx, inspection_id)
    if inspection is None:
        raise not_found(text("problem.no_inspection"))
    if inspection.signed_on is not None:
        raise conflict(CONCLUDED, text("problem.concluded"))
    return inspection
