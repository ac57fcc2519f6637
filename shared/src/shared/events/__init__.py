"""The event contract: topics, what each event says, and the envelope around it."""

from shared.events.data import (
    DATA_TYPES,
    WITH_VALUE,
    WITHOUT_VALUE,
    Assessment,
    EventClassError,
    EventData,
    Status,
    check_complete,
    check_registered,
)
from shared.events.deadline import DeadlineApproaching, DeadlineMissed, ReminderEvent
from shared.events.envelope import CONTENT_TYPE, MAX_EVENT_BYTES, Event, InvalidEvent, parse
from shared.events.indicator import IndicatorAggregated, IndicatorFigures
from shared.events.inspection import FindingRecorded, InspectionLogged
from shared.events.label import Label, label
from shared.events.notification import (
    NotificationEvent,
    NotificationFailed,
    NotificationSent,
    NotificationSuperseded,
)
from shared.events.operation import (
    DeadLetterDiscarded,
    DeadLetterHandled,
    DeadLetterReplayed,
    ProjectionRebuilt,
    SourceHeartbeat,
)
from shared.events.submission import (
    ObligationEvent,
    ObligationOpened,
    ObservationValue,
    SubmissionAccepted,
    SubmissionDecided,
    SubmissionReceived,
    SubmissionReturned,
    SubmissionsEvent,
    SubmissionWithdrawn,
)
from shared.events.topics import (
    ALL_TOPICS,
    DEADLINES,
    INDICATORS,
    INSPECTIONS,
    NOTIFICATIONS,
    OPERATIONS,
    PARTITIONS,
    SUBMISSIONS,
)

check_complete("SubmissionsEvent in shared/events/submission.py", SubmissionsEvent, SUBMISSIONS)

__all__ = [
    "ALL_TOPICS",
    "CONTENT_TYPE",
    "DATA_TYPES",
    "DEADLINES",
    "INDICATORS",
    "INSPECTIONS",
    "MAX_EVENT_BYTES",
    "NOTIFICATIONS",
    "OPERATIONS",
    "PARTITIONS",
    "SUBMISSIONS",
    "WITHOUT_VALUE",
    "WITH_VALUE",
    "Assessment",
    "DeadLetterDiscarded",
    "DeadLetterHandled",
    "DeadLetterReplayed",
    "DeadlineApproaching",
    "DeadlineMissed",
    "Event",
    "EventClassError",
    "EventData",
    "FindingRecorded",
    "IndicatorAggregated",
    "IndicatorFigures",
    "InspectionLogged",
    "InvalidEvent",
    "Label",
    "NotificationEvent",
    "NotificationFailed",
    "NotificationSent",
    "NotificationSuperseded",
    "ObligationEvent",
    "ObligationOpened",
    "ObservationValue",
    "ProjectionRebuilt",
    "ReminderEvent",
    "SourceHeartbeat",
    "Status",
    "SubmissionAccepted",
    "SubmissionDecided",
    "SubmissionReceived",
    "SubmissionReturned",
    "SubmissionWithdrawn",
    "SubmissionsEvent",
    "check_complete",
    "check_registered",
    "label",
    "parse",
]
