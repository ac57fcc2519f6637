"""Every text that a page may ask for exists."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import get_args
from uuid import UUID

import pytest

from notifications.app import create_app
from notifications.channels.channel import OutcomeKind
from notifications.channels.registry import CHANNELS, packages
from notifications.pages.words import step_days, words
from notifications.rules.reminder import Reason
from notifications.settings import NotificationsSettings
from notifications.store.records import DeliveryRecord, ReminderRecord
from shared.calendar import VIETNAM
from shared.text import messages

ID = UUID("00000000-0000-7000-8000-000000000001")
AT = datetime(2026, 12, 1, 1, tzinfo=UTC)
REMINDER = ReminderRecord(
    ID, ID, "O1", "SO_Y_TE", "B10-YTE", "2026", datetime(2026, 12, 15, tzinfo=VIETNAM), "T-14", "reporter", "email",
    date(2026, 12, 1), AT, AT, "planned", None, 0, None, None, None, None,
)  # fmt: skip
DELIVERY = DeliveryRecord(
    ID,
    ID,
    "SO_Y_TE",
    "2026",
    "T-14",
    "reporter",
    ("reporter",),
    "email",
    "a@b.example",
    "sent",
    1,
    "<1>",
    250,
    None,
    AT,
)


def test_every_text_of_the_templates_exists() -> None:
    known = messages.load("shared.web", "notifications", *packages())
    assert not {
        key: names for key, names in messages.used_in_templates("notifications.pages").items() if key not in known
    }


@pytest.mark.parametrize("channel", [*CHANNELS, "one that was removed"])
async def test_every_reason_and_outcome_has_its_words(channel: str) -> None:
    """Also those of old rows, whose channel is there no more."""
    settings = NotificationsSettings(database_url="postgresql+asyncpg://n@127.0.0.1:1/n", environment="test")
    known = messages.load("shared.web", "notifications", *packages())
    say = words(create_app(settings).state.context)
    asked = [say["reason_key"](replace(REMINDER, channel=channel, reason=reason)) for reason in get_args(Reason)]
    asked += [say["outcome_key"](replace(DELIVERY, channel=channel, state=kind)) for kind in get_args(OutcomeKind)]
    assert not {key for key in asked if key not in known}


def test_days_are_those_that_the_message_says() -> None:
    now = datetime(2026, 12, 5, 3, tzinfo=UTC)
    assert step_days(REMINDER, now) == 9
    assert step_days(replace(REMINDER, state="sent", sent_at=AT), now) == 13
    assert step_days(replace(REMINDER, state="cancelled"), now) == 13
    assert step_days(replace(REMINDER, stage="returned"), now) is None
