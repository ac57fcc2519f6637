"""The events of this service: counts and codes, no text of an inspector."""

import json
from datetime import date
from uuid import uuid4

from audit.events import SOURCE, InspectionEvents
from audit.rules.finding import Finding
from audit.rules.inspection import Inspection
from services.audit.tests.audit_driver import Audit
from services.audit.tests.cases import CASE, FINDING_ALONE, SECRET, post, published
from services.audit.tests.sample_events import THEN, UNIT
from shared.events import FindingRecorded, InspectionLogged, acting

WHO = acting("auditor", "THANH_TRA_TINH")
FOUND = Finding("4.1", "criteria", "condition", "cause", "effect", "high")
INSPECTION = Inspection(
    UNIT, "2026", "kiem_tra", "O12", "12/QĐ-SNV", "", None, date(2026, 12, 1), None, "scope", (FOUND,)
)  # fmt: skip


def test_an_inspection_and_a_finding_are_events_of_the_inspection() -> None:
    events = InspectionEvents(uuid4(), UNIT, "2026", THEN, "0" * 64, WHO)
    finding_id = uuid4()
    logged, recorded = events.logged(INSPECTION), events.finding_recorded(finding_id, FOUND)
    for event in (logged, recorded):
        assert (event.source, event.subject, event.time) == (SOURCE, str(events.inspection_id), THEN)
        assert event.catalogueversion == "0" * 64
    assert logged.data == InspectionLogged(
        inspection_id=events.inspection_id,
        obligation="O12",
        unit=UNIT,
        period="2026",
        kind="kiem_tra",
        started_on="2026-12-01",
        findings=1,
        by_severity={"high": 1, "medium": 0, "low": 0},
        logged_at=THEN,
        acting_role="auditor",
        acting_unit="THANH_TRA_TINH",
    )
    assert recorded.data == FindingRecorded(
        inspection_id=events.inspection_id,
        finding_id=finding_id,
        unit=UNIT,
        period="2026",
        measure="4.1",
        severity="high",
        acting_role="auditor",
        acting_unit="THANH_TRA_TINH",
    )


async def test_events_carry_no_free_text(audit: Audit) -> None:
    made = (await post(audit, "/api/v1/inspections", CASE | {"basis_document": f"QĐ của {SECRET}"})).json()
    await post(audit, f"/api/v1/inspections/{made['id']}/findings", FINDING_ALONE)
    rows = await published(audit)
    assert len(rows) == 4
    everything = "".join(json.dumps(json.loads(row.value), ensure_ascii=False) for row in rows)
    for word in ("N.T.H", "0987654321", "Tiêu chí", "Phạm vi", "QĐ", "local:auditor"):
        assert word not in everything
