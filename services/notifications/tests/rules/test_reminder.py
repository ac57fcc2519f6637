"""A reminder's id, and when it is tried again."""

from datetime import timedelta
from uuid import UUID

from notifications.rules.reminder import next_attempt, reminder_id
from notifications.rules.schedule import desired
from services.notifications.tests.rules.samples import CHANNELS, ID, LADDER, OPEN, START


def test_a_reminder_has_the_same_id_everywhere() -> None:
    assert reminder_id(ID, "T-30", "email", "reporter") == UUID("8b65bcf3-6f6b-5e93-816e-e42f461642ea")
    ids = [r.id for r in desired(OPEN, START, LADDER, CHANNELS)]
    assert len(set(ids)) == len(ids) == 13
    assert ids == [r.id for r in desired(OPEN, START + timedelta(days=40), LADDER, CHANNELS)]


def test_attempts_wait_longer_each_time_up_to_an_hour() -> None:
    base, cap = timedelta(seconds=30), timedelta(hours=1)
    waits = [(next_attempt(START, n, base, cap) - START).total_seconds() for n in (1, 2, 3, 7, 8, 500)]
    assert waits == [30, 60, 120, 1920, 3600, 3600]
