"""When a report is taken, and when it is late."""

from datetime import UTC, datetime

import pytest

from services.submissions.tests.records import obligation
from shared.calendar import VIETNAM, due_instant
from shared.catalogue import Period, load
from submissions.rules.obligation import check_intake, is_late

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


@pytest.mark.parametrize(("period", "before"), [("2026", "2025"), ("2026-Q3", "2025-Q3")])
def test_the_period_before_is_the_same_of_the_year_before(period: str, before: str) -> None:
    assert obligation(period=period).previous_period == before


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        (datetime(2025, 12, 14, 23, 59, tzinfo=VIETNAM), ["period_not_started"]),
        (datetime(2025, 12, 15, tzinfo=VIETNAM), []),
        (datetime(2027, 12, 31, 23, 59, tzinfo=VIETNAM), []),
        (datetime(2028, 1, 1, tzinfo=VIETNAM), ["period_closed"]),
    ],
)
def test_reports_are_taken_from_the_data_window_to_the_closing_day(day: datetime, codes: list[str]) -> None:
    assert [v.code for v in check_intake(Period(2026), day, 1)] == codes
