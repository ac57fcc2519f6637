"""What is read from the database, typed: the rows of lists for API and pages, and what a sender holds."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from notifications.rules.obligation import ObligationState, TrackedObligation
from notifications.rules.reminder import Reason, Reminder, ReminderState
from notifications.store.tables import obligation

RecordT = TypeVar("RecordT")

# The columns whose names are those of the fields of `TrackedObligation` and `Reminder`.
OBLIGATION_COLUMNS = tuple(column.name for column in obligation.columns)
REMINDER_COLUMNS = (
    "id", "obligation_id", "stage", "role", "channel", "planned_on", "not_before", "expires_at", "state", "reason",
)  # fmt: skip


def records(kind: type[RecordT], rows: sa.CursorResult[Any]) -> Sequence[RecordT]:
    """Rows whose columns have the names of the record's fields."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    return [kind(**{name: getattr(row, name) for name in names}) for row in rows]


@dataclass(frozen=True, slots=True)
class TracedReminder:
    """A reminder with the trace it belongs to."""

    reminder: Reminder
    traceparent: str | None
    traced_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """A due reminder in this sender's hands until `lease_until`, with what the message needs."""

    reminder: Reminder
    obligation: TrackedObligation
    address: str | None
    token: UUID
    attempts: int
    traceparent: str | None
    traced_at: datetime


@dataclass(frozen=True, slots=True)
class BegunAttempt:
    """One message about to leave. `claims` are what it serves, in the order of roles, each with the number of its
    attempt; `first_message_id` is that of the first message about the obligation by this channel, if one has left."""

    claims: tuple[Claim, ...]
    first_message_id: str | None


@dataclass(frozen=True, slots=True)
class SharedDelivery:
    """A message that another role of the unit has got already, in the same mailbox and about the same step."""

    id: UUID
    attempt: int
    message_id: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """One attempt, to be written. `reply_code` stands in the column smtp_code; `also_for` are the other reminders
    that the same message served."""

    id: UUID
    reminder_id: UUID
    attempt: int
    recipient: str
    state: str
    reason_code: str | None
    reply_code: int | None
    message_id: str
    also_for: tuple[UUID, ...]
    started_at: datetime
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class DeadlineRecord:
    """An obligation with the next reminder that will go out, if any."""

    obligation_id: UUID
    obligation: str
    unit: str
    form: str
    period: str
    due_at: datetime
    state: ObligationState
    next_stage: str | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReminderRecord:
    """A reminder with its obligation, and the address it goes to now."""

    id: UUID
    obligation_id: UUID
    obligation: str
    unit: str
    form: str
    period: str
    due_at: datetime | None
    stage: str
    role: str
    channel: str
    planned_on: date
    not_before: datetime
    expires_at: datetime
    state: ReminderState
    reason: Reason | None
    attempts: int
    next_attempt_at: datetime | None
    sent_at: datetime | None
    message_id: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One attempt, with what it was about. `roles` are all whom it was for."""

    id: UUID
    reminder_id: UUID
    unit: str
    period: str
    stage: str
    role: str
    roles: Sequence[str]
    channel: str
    recipient: str
    state: str
    attempt: int
    message_id: str
    reply_code: int | None
    reason_code: str | None
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class ComingDeadline:
    """How many obligations are due at one instant, and how many of them are answered."""

    due_at: datetime
    owed: int
    submitted: int
