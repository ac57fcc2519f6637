from datetime import UTC, datetime

import pytest

from shared.calendar import VIETNAM, due_instant
from shared.catalogue import Period, load
from submissions.rules.obligation import is_late

DUE = due_instant(Period(2026), load().calendar.due_rules["annual_before_15_december"])


@pytest.mark.parametrize(
    ("received_at", "late"),
    [
        (datetime(2026, 12, 14, 23, 59, 59, 999_999, tzinfo=VIETNAM), False),
        (datetime(2026, 12, 15, tzinfo=VIETNAM), True),
        (datetime(2026, 12, 14, 16, 59, tzinfo=UTC), False),
        (datetime(2026, 12, 14, 17, tzinfo=UTC), True),
    ],
)
def test_before_15_december_ends_at_midnight_in_vietnam(received_at: datetime, late: bool) -> None:
    assert is_late(received_at, DUE) is late
