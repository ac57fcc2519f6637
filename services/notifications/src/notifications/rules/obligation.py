"""What a unit still owes, folded from the events of `submissions.v1` in whatever order they come."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never
from uuid import UUID

from shared.events import (
    ObligationOpened,
    SubmissionAccepted,
    SubmissionReceived,
    SubmissionReturned,
    SubmissionsEvent,
    SubmissionWithdrawn,
)

ObligationState = Literal["open", "submitted"]


@dataclass(frozen=True, slots=True)
class TrackedObligation:
    """`version` is the newest event seen, `due_version` the newest one that held the deadline.

    `reopened_at` is the instant of the return or withdrawal that reopened it, None while it was never handed in;
    `returned_version` and `returned_submission` are set while the newest event is a return.
    """

    obligation_id: UUID
    obligation: str
    unit: str
    form: str
    period: str
    state: ObligationState
    version: int
    due_at: datetime | None = None
    due_version: int = 0
    reopened_at: datetime | None = None
    returned_version: int | None = None
    returned_submission: UUID | None = None


def fold(before: TrackedObligation | None, event: SubmissionsEvent) -> TrackedObligation:
    """The obligation after an event. The newest version decides the state; an old or repeated one changes nothing but
    may still bring a deadline that was unknown so far."""
    folded = before or TrackedObligation(
        event.obligation_id, event.obligation, event.unit, event.form, event.period, "open", 0
    )
    if isinstance(event, ObligationOpened | SubmissionReceived) and event.version > folded.due_version:
        folded = replace(folded, due_at=event.due_at, due_version=event.version)
    if event.version <= folded.version:
        return folded
    folded = replace(folded, version=event.version, reopened_at=None, returned_version=None, returned_submission=None)
    match event:
        case ObligationOpened():
            return replace(folded, state="open")
        case SubmissionReturned():
            return replace(
                folded,
                state="open",
                reopened_at=event.decided_at,
                returned_version=event.version,
                returned_submission=event.submission_id,
            )
        case SubmissionWithdrawn():
            return replace(folded, state="open", reopened_at=event.decided_at)
        case SubmissionReceived() | SubmissionAccepted():
            return replace(folded, state="submitted")
        case _:
            assert_never(event)
