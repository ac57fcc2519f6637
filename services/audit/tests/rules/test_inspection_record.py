"""An inspection as it is kept: its state, its age, and whether it takes one more finding."""

from datetime import date
from uuid import uuid4

import pytest

from audit.rules.finding import MAX_FINDINGS
from audit.rules.inspection_record import InspectionRecord, check_new_finding
from services.audit.tests.sample_events import THEN, UNIT

RECORD = InspectionRecord(
    id=uuid4(),
    number=1,
    unit=UNIT,
    period="2026",
    kind="kiem_tra",
    obligation="O12",
    basis_document="",
    document_number="3/KL-SNV",
    signed_on=date(2026, 12, 10),
    started_on=date(2026, 12, 1),
    ended_on=None,
    scope="scope",
    logged_at=THEN,
    trace_id=None,
    confirmed=(),
    by_severity={"high": 0, "medium": 0, "low": 0},
)


def test_state_and_age_follow_the_day() -> None:
    assert RECORD.is_concluded and RECORD.state(date(2026, 12, 11)) == "concluded"
    assert RECORD.age_days(date(2026, 12, 11)) == 10
    assert RECORD.age_days(date(2026, 11, 1)) == 0


@pytest.mark.parametrize(
    ("findings", "day", "expected"),
    [
        (0, date(2026, 12, 1), []),
        (MAX_FINDINGS - 1, date(2026, 12, 1), []),
        (MAX_FINDINGS, date(2026, 12, 1), ["too-many-findings"]),
        (0, date(2026, 11, 30), ["findings-before-start"]),
        (MAX_FINDINGS, date(2026, 11, 30), ["findings-before-start", "too-many-findings"]),
    ],
)
def test_a_finding_needs_a_start_and_a_place(findings: int, day: date, expected: list[str]) -> None:
    assert [fault.code for fault in check_new_finding(RECORD.started_on, findings, day)] == expected
