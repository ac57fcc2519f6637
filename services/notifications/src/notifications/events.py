"""The events that notifications publishes: built here and nowhere else, without addresses or names of people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from notifications.rules import stage
from notifications.rules.contact import Contact
from notifications.rules.obligation import TrackedObligation
from notifications.rules.reminder import Reminder
from shared.access import Person
from shared.events import (
    ContactChanged,
    DeadlineApproaching,
    DeadlineMissed,
    Event,
    EventData,
    NotificationFailed,
    NotificationSent,
    NotificationSuperseded,
    acting,
)

SOURCE = "/notifications"


@dataclass(frozen=True, slots=True)
class EventFactory:
    """`catalogue_version` stands in every event."""

    catalogue_version: str

    def deadline(self, reminder: Reminder, obligation: TrackedObligation, now: datetime) -> Event:
        """`deadline.missed` for a step after the deadline, else `deadline.approaching`. Keyed by the obligation."""
        if obligation.due_at is None:
            raise ValueError("a step is planned only when the deadline is known")
        model = DeadlineMissed if stage.is_overdue(reminder.stage) else DeadlineApproaching
        data = model(
            reminder_id=reminder.id,
            obligation_id=obligation.obligation_id,
            obligation=obligation.obligation,
            form=obligation.form,
            unit=obligation.unit,
            period=obligation.period,
            due_at=obligation.due_at,
            stage=reminder.stage,
            days_left=stage.days_left(obligation.due_at, now),
        )
        return self._event(data, str(obligation.obligation_id), now)

    def superseded(
        self, reminder: Reminder, obligation: TrackedObligation, now: datetime, *, attempt: int = 0
    ) -> Event:
        """Also for one that expired: it will not be sent any more, `reason_code` says why."""
        reason_code = reminder.reason or "submitted"
        data = NotificationSuperseded(**_common(reminder, obligation), attempt=attempt, reason_code=reason_code)
        return self._event(data, str(reminder.id), now)

    def sent(
        self,
        reminder: Reminder,
        obligation: TrackedObligation,
        now: datetime,
        *,
        attempt: int,
        message_id: str,
        roles: Sequence[str] = (),
    ) -> Event:
        """`roles` are all whom this one message was for; said when they are several."""
        shared = tuple(roles) if len(roles) > 1 else None
        data = NotificationSent(
            **_common(reminder, obligation), attempt=attempt, message_id=message_id, recipient_roles=shared
        )
        return self._event(data, str(reminder.id), now)

    def failed(
        self, reminder: Reminder, obligation: TrackedObligation, now: datetime, *, attempt: int, reason_code: str
    ) -> Event:
        data = NotificationFailed(**_common(reminder, obligation), attempt=attempt, reason_code=reason_code)
        return self._event(data, str(reminder.id), now)

    def contact_changed(self, contact: Contact, by: Person) -> Event:
        data = ContactChanged(
            unit=contact.unit,
            recipient_role=contact.role,
            channel=contact.channel,
            changed_at=contact.changed_at,
            **acting(by.role, by.unit, by.pseudonym),
        )
        return self._event(data, contact.unit, contact.changed_at)

    def _event(self, data: EventData, subject: str, now: datetime) -> Event:
        return Event.of(data, source=SOURCE, subject=subject, time=now, catalogue_version=self.catalogue_version)


def _common(reminder: Reminder, obligation: TrackedObligation) -> dict[str, object]:
    return {
        "reminder_id": reminder.id,
        "obligation_id": obligation.obligation_id,
        "unit": obligation.unit,
        "period": obligation.period,
        "stage": reminder.stage,
        "channel": reminder.channel,
        "recipient_role": reminder.role,
    }
