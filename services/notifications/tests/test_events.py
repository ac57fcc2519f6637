"""Events say which step of which obligation, and nothing of the recipient but the role."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from notifications.events import EventFactory
from notifications.rules.schedule import desired
from services.notifications.tests.rules.samples import CHANNELS, DUE, LADDER, OPEN, START
from shared.events import DeadlineApproaching, DeadlineMissed, NotificationSuperseded

FACTORY = EventFactory("c1")
REMINDERS = {reminder.stage: reminder for reminder in desired(OPEN, START, LADDER, CHANNELS)}


@pytest.mark.parametrize(
    ("stage", "now", "kind", "days_left"),
    [
        ("T-30", START, DeadlineApproaching, 20),
        ("T-1", DUE - timedelta(hours=1), DeadlineApproaching, 0),
        ("O+1", DUE + timedelta(days=1), DeadlineMissed, -2),
    ],
)
def test_a_step_is_told_by_the_obligation(stage: str, now: datetime, kind: type, days_left: int) -> None:
    event = FACTORY.deadline(REMINDERS[stage], OPEN, now)
    assert isinstance(event.data, DeadlineApproaching | DeadlineMissed) and type(event.data) is kind
    assert (event.data.stage, event.data.days_left) == (stage, days_left)
    assert (event.subject, event.source) == (str(OPEN.obligation_id), "/notifications")


def test_what_becomes_of_a_reminder_is_told_by_the_reminder() -> None:
    reminder = replace(REMINDERS["T-30"], state="superseded", reason="merged")
    event = FACTORY.superseded(reminder, OPEN, START, attempt=2)
    assert isinstance(event.data, NotificationSuperseded)
    assert (event.data.reason_code, event.data.attempt, event.data.channel) == ("merged", 2, "email")
    assert event.subject == str(reminder.id)
