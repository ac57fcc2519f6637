"""`deadlines.v1`: a deadline comes near or has passed."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.events import topics
from shared.events.data import Code, EventData


class ReminderEvent(EventData):
    topic: ClassVar[str] = topics.DEADLINES
    sources: ClassVar[tuple[str, ...]] = ("/notifications",)
    reminder_id: UUID
    obligation_id: UUID
    obligation: Code
    form: Code
    unit: Code
    period: Code
    due_at: datetime
    stage: Code
    days_left: int


class DeadlineApproaching(ReminderEvent):
    type: ClassVar[str] = "vn.tiendo.deadline.approaching.v1"


class DeadlineMissed(ReminderEvent):
    type: ClassVar[str] = "vn.tiendo.deadline.missed.v1"
