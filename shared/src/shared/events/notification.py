"""`notifications.v1`: what became of one message to one recipient, and where messages go from now on."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.events import topics
from shared.events.data import ActEvent, Code, Count, EventData


class NotificationEvent(EventData):
    topic: ClassVar[str] = topics.NOTIFICATIONS
    sources: ClassVar[tuple[str, ...]] = ("/notifications",)
    reminder_id: UUID
    obligation_id: UUID
    unit: Code
    period: Code
    stage: Code
    channel: Code
    recipient_role: Code
    attempt: Count
    message_id: str | None = Field(None, max_length=200, pattern=r"^[!-~]+$")
    reason_code: Code | None = None


class NotificationSent(NotificationEvent):
    """One for each role; `recipient_roles` names all of them when one message in one mailbox was for several, first the
    one after which the message was sent."""

    type: ClassVar[str] = "vn.tiendo.notification.sent.v1"
    recipient_roles: tuple[Code, ...] | None = Field(None, max_length=10)


class NotificationFailed(NotificationEvent):
    type: ClassVar[str] = "vn.tiendo.notification.failed.v1"


class NotificationSuperseded(NotificationEvent):
    type: ClassVar[str] = "vn.tiendo.notification.superseded.v1"


class ContactChanged(ActEvent):
    """Somebody changed where a role of a unit is reached: never from which address to which."""

    topic: ClassVar[str] = topics.NOTIFICATIONS
    sources: ClassVar[tuple[str, ...]] = ("/notifications",)
    type: ClassVar[str] = "vn.tiendo.contact.changed.v1"
    unit: Code
    recipient_role: Code
    channel: Code
    changed_at: datetime
