"""One obligation, its ladder, and the instant at which the service first starts."""

from datetime import UTC, datetime
from uuid import UUID

from notifications.rules.contact import RemindingChannels
from notifications.rules.obligation import TrackedObligation
from notifications.rules.reminder import Reminder
from notifications.rules.stage import Ladder
from shared.calendar import VIETNAM, Holidays

LADDER = Ladder.of([30, 14, 7, 3, 1], [1, 3, 7], Holidays())
CHANNELS = RemindingChannels("email")
ID = UUID("00000000-0000-7000-8000-000000000001")
DUE = datetime(2026, 12, 15, tzinfo=VIETNAM)
OPEN = TrackedObligation(ID, "O1", "24736@2025-07-01", "B01-XA", "2026", "open", 1, DUE, 1)
START = datetime(2026, 11, 24, 12, 49, tzinfo=UTC)


def states(reminders: list[Reminder], role: str = "reporter") -> dict[str, tuple[str, str | None]]:
    return {r.stage: (r.state, r.reason) for r in reminders if r.role == role}
