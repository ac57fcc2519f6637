"""What each event says: counts and codes, never free text, never a person's name, number or address."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from shared.events import topics

Code = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[\w@.|:/+=,-]+$")]
# Exact decimals travel as strings: a JSON number would become a float in most readers.
Number = Annotated[Decimal, PlainSerializer(lambda v: format(v, "f"), return_type=str, when_used="json")]
Status = Literal["final", "estimate", "not_applicable", "missing"]
Assessment = Literal["met", "partly_met", "not_met", "not_assessed", "not_applicable"]
Version = Annotated[int, Field(ge=1)]


class EventData(BaseModel):
    """Base of all event data. Readers ignore what they do not know; writers cannot write it (see `tests/contracts`)."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    type: ClassVar[str]
    topic: ClassVar[str]


class ObservationValue(BaseModel):
    """One cell of a form: element × disaggregation × value, with its status."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    measure: Code
    value: Number | None = None
    disaggregation: dict[Code, Code] = Field(default_factory=dict, max_length=8)
    status: Status = "final"


class Duty(EventData):
    """What every event about one opened obligation carries. `version` orders the events of one obligation."""

    topic: ClassVar[str] = topics.SUBMISSIONS
    obligation_id: UUID
    obligation: Code
    form: Code
    unit: Code
    period: Code
    version: Version


class ObligationOpened(Duty):
    type: ClassVar[str] = "vn.tiendo.obligation.opened.v1"
    due_at: datetime


class SubmissionReceived(Duty):
    type: ClassVar[str] = "vn.tiendo.submission.received.v1"
    submission_id: UUID
    revision: Version
    received_at: datetime
    due_at: datetime
    content_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    illustrative: bool = False
    observations: list[ObservationValue] = Field(max_length=500)


class SubmissionDecided(Duty):
    submission_id: UUID
    revision: Version
    decided_at: datetime


class SubmissionReturned(SubmissionDecided):
    type: ClassVar[str] = "vn.tiendo.submission.returned.v1"


class SubmissionAccepted(SubmissionDecided):
    type: ClassVar[str] = "vn.tiendo.submission.accepted.v1"


class SubmissionWithdrawn(SubmissionDecided):
    type: ClassVar[str] = "vn.tiendo.submission.withdrawn.v1"


class IndicatorFigures(BaseModel):
    """A value on one basis, never without its coverage: units reported of units expected."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    value: Number | None = None
    numerator: Number | None = None
    denominator: Number | None = None
    reported: int = Field(ge=0)
    expected: int = Field(ge=0)
    assessment: Assessment


class IndicatorAggregated(EventData):
    topic: ClassVar[str] = topics.INDICATORS
    type: ClassVar[str] = "vn.tiendo.indicator.aggregated.v1"
    measure: Code
    indicator: Code
    unit: Code
    period: Code
    as_of: datetime
    values: dict[Literal["received", "accepted"], IndicatorFigures]
    causes: list[UUID] = Field(default_factory=list, max_length=500)


class Reminder(EventData):
    topic: ClassVar[str] = topics.DEADLINES
    reminder_id: UUID
    obligation_id: UUID
    obligation: Code
    form: Code
    unit: Code
    period: Code
    due_at: datetime
    stage: Code
    days_left: int


class DeadlineApproaching(Reminder):
    type: ClassVar[str] = "vn.tiendo.deadline.approaching.v1"


class DeadlineMissed(Reminder):
    type: ClassVar[str] = "vn.tiendo.deadline.missed.v1"


class Notification(EventData):
    topic: ClassVar[str] = topics.NOTIFICATIONS
    reminder_id: UUID
    obligation_id: UUID
    unit: Code
    period: Code
    stage: Code
    channel: Code
    recipient_role: Code
    attempt: int = Field(ge=0)
    message_id: str | None = Field(None, max_length=200, pattern=r"^[!-~]+$")
    reason_code: Code | None = None


class NotificationSent(Notification):
    type: ClassVar[str] = "vn.tiendo.notification.sent.v1"


class NotificationFailed(Notification):
    type: ClassVar[str] = "vn.tiendo.notification.failed.v1"


class NotificationSuperseded(Notification):
    type: ClassVar[str] = "vn.tiendo.notification.superseded.v1"


class InspectionLogged(EventData):
    topic: ClassVar[str] = topics.INSPECTIONS
    type: ClassVar[str] = "vn.tiendo.inspection.logged.v1"
    inspection_id: UUID
    obligation: Code
    unit: Code
    period: Code
    kind: Code
    started_on: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    findings: int = Field(ge=0)
    by_severity: dict[Code, int]
    logged_at: datetime


class FindingRecorded(EventData):
    topic: ClassVar[str] = topics.INSPECTIONS
    type: ClassVar[str] = "vn.tiendo.finding.recorded.v1"
    inspection_id: UUID
    finding_id: UUID
    unit: Code
    period: Code
    measure: Code | None = None
    severity: Code


class SourceHeartbeat(EventData):
    """The producer's own word on how far it has sent: shows a lost tail, and by its absence a dead producer.

    It stands outside the chain: its envelope carries no `sequence`, and the audit log does not keep it.
    `sequence` is the last one acknowledged by Kafka (0: none yet), `hash` the SHA-256 of that event's bytes (None: none
    yet, or not known); `pending` counts the rows that wait behind it.
    """

    topic: ClassVar[str] = topics.OPERATIONS
    type: ClassVar[str] = "vn.tiendo.source.heartbeat.v1"
    sequence: int = Field(ge=0)
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    pending: int = Field(ge=0)


class DeadLetterHandled(EventData):
    """Somebody of ops dealt with a record that could not be applied. Why is told in the service's own database."""

    topic: ClassVar[str] = topics.OPERATIONS
    consumer: Code
    letter: int = Field(ge=1)
    origin_topic: Code
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    event_id: Annotated[str, Field(pattern=r"^[!-~]{1,64}$")] | None = None
    handled_at: datetime


class DeadLetterReplayed(DeadLetterHandled):
    """`duplicate`: the event had taken effect in another way meanwhile, so nothing was applied."""

    type: ClassVar[str] = "vn.tiendo.deadletter.replayed.v1"
    outcome: Literal["applied", "duplicate"]


class DeadLetterDiscarded(DeadLetterHandled):
    type: ClassVar[str] = "vn.tiendo.deadletter.discarded.v1"


class ProjectionRebuilt(EventData):
    """The state computed anew from the log, compared with the live one. Checksums are SHA-256 in hex."""

    topic: ClassVar[str] = topics.OPERATIONS
    type: ClassVar[str] = "vn.tiendo.projection.rebuilt.v1"
    rebuild_id: UUID
    projection: Code
    origin: Literal["log", "topic"]
    events: int = Field(ge=0)
    facts: int = Field(ge=0)
    live_checksum: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    rebuilt_checksum: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    equal: bool
    swapped: bool
    started_at: datetime
    finished_at: datetime


DATA_TYPES: dict[str, type[EventData]] = {
    model.type: model
    for model in (
        ObligationOpened,
        SubmissionReceived,
        SubmissionReturned,
        SubmissionAccepted,
        SubmissionWithdrawn,
        IndicatorAggregated,
        DeadlineApproaching,
        DeadlineMissed,
        NotificationSent,
        NotificationFailed,
        NotificationSuperseded,
        InspectionLogged,
        FindingRecorded,
        SourceHeartbeat,
        DeadLetterReplayed,
        DeadLetterDiscarded,
        ProjectionRebuilt,
    )
}
