"""`submissions.v1`: what units owe, send and take back, and what is decided about it."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from shared.events import topics
from shared.events.data import ActEvent, Code, Number, Status, Version


# With slots: a batch in hand holds thousands, and as models each took half a kilobyte and half the time more.
@dataclass(frozen=True, slots=True, config=ConfigDict(extra="ignore"))
class ObservationValue:
    """One cell of a form: element × disaggregation × value, with its status.

    `implausible`: outside the plausibility bands of the catalogue when it was taken in. Older events have no mark.
    """

    measure: Code
    value: Number | None = None
    disaggregation: dict[Code, Code] = Field(default_factory=dict, max_length=8)
    status: Status = "final"
    implausible: bool = False


class ObligationEvent(ActEvent):
    """What every event about one opened obligation carries. `version` orders the events of one obligation."""

    topic: ClassVar[str] = topics.SUBMISSIONS
    sources: ClassVar[tuple[str, ...]] = ("/submissions",)
    obligation_id: UUID
    obligation: Code
    form: Code
    unit: Code
    period: Code
    version: Version


class ObligationOpened(ObligationEvent):
    type: ClassVar[str] = "vn.tiendo.obligation.opened.v1"
    due_at: datetime


class SubmissionReceived(ObligationEvent):
    type: ClassVar[str] = "vn.tiendo.submission.received.v1"
    submission_id: UUID
    revision: Version
    received_at: datetime
    due_at: datetime
    content_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    illustrative: bool = False
    observations: list[ObservationValue] = Field(max_length=500)


class SubmissionDecided(ObligationEvent):
    submission_id: UUID
    revision: Version
    decided_at: datetime


class SubmissionReturned(SubmissionDecided):
    type: ClassVar[str] = "vn.tiendo.submission.returned.v1"


class SubmissionAccepted(SubmissionDecided):
    type: ClassVar[str] = "vn.tiendo.submission.accepted.v1"


class SubmissionWithdrawn(SubmissionDecided):
    type: ClassVar[str] = "vn.tiendo.submission.withdrawn.v1"


SubmissionsEvent = ObligationOpened | SubmissionReceived | SubmissionReturned | SubmissionAccepted | SubmissionWithdrawn
"""Every event of `submissions.v1`, for a `match` that leaves none out. `shared.events` checks that it is complete."""
