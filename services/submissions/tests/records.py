"""Records as the store gives them, for tests of the pure rules."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.submissions.tests.api_client import COMMUNE, NOW
from submissions.rules.obligation import LockedObligation
from submissions.rules.revision import Arrival
from submissions.rules.submission import PastRevision, SubmissionRecord

ARRIVAL = Arrival(UUID(int=2), NOW, "reporter", COMMUNE, "a" * 32, "subject")
OBLIGATION = LockedObligation(
    id=UUID(int=1),
    obligation="annual",
    form="B01-XA",
    unit=COMMUNE,
    period="2026",
    due_at=datetime(2026, 12, 14, 17, tzinfo=UTC),
    state="open",
    revision=0,
    version=1,
    opened_at=NOW,
    previous_timeless_sha256=None,
)


def obligation(**changed: Any) -> LockedObligation:
    return replace(OBLIGATION, **changed)


def arrival(**changed: Any) -> Arrival:
    return replace(ARRIVAL, **changed)


def submission(revision: int, **changed: Any) -> SubmissionRecord:
    """A revision as it was kept; the obligation is at its latest."""
    kept = SubmissionRecord(
        id=UUID(int=100 + revision),
        revision=revision,
        state="submitted",
        observations=[],
        narrative={},
        evidence=[],
        reason="đính chính" if revision > 1 else None,
        content_sha256="0" * 64,
        warnings=[],
        received_at=NOW,
        submitted_role="reporter",
        submitted_unit=COMMUNE,
        trace_id="a" * 32,
        illustrative=False,
        obligation=obligation(revision=revision),
    )
    return replace(kept, **changed)


def past(revision: int) -> PastRevision:
    """The same in a history."""
    whole = submission(revision)
    return PastRevision(**{field.name: getattr(whole, field.name) for field in fields(PastRevision)})
