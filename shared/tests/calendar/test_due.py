from datetime import UTC, date, datetime

import pytest

from shared.calendar import DueRule, Period, due_day, due_instant
from shared.catalogue import load

ANNUAL = load().calendar.due_rules["annual_before_15_december"]
QUARTER = load().calendar.due_rules["quarter_before_15"]
BUDGET = load().calendar.due_rules["budget_before_20_july"]


def test_before_15_december_is_midnight_in_vietnam() -> None:
    due = due_instant(Period(2026), ANNUAL)
    assert due == datetime(2026, 12, 14, 17, tzinfo=UTC) and due.utcoffset() is not None


def test_quarterly_limits() -> None:
    days = [due_day(quarter, QUARTER) for quarter in Period(2026).quarters]
    assert days == [date(2026, 3, 15), date(2026, 6, 15), date(2026, 9, 15), date(2026, 12, 15)]
    assert due_instant(Period(2026, 4), QUARTER) == due_instant(Period(2026), ANNUAL)


def test_the_budget_is_due_in_the_year_before() -> None:
    assert due_day(Period(2027), BUDGET) == date(2026, 7, 20)


def test_a_weekend_moves_nothing_unless_the_rule_says_so() -> None:
    assert due_day(Period(2025), ANNUAL) == date(2025, 12, 15)  # 14 December 2025 is a Sunday
    civil = DueRule("civil", "year", 12, 15, weekend="next_working_day")
    assert due_day(Period(2025), civil) == date(2025, 12, 16)
    assert due_day(Period(2026), civil) == date(2026, 12, 15)


def test_a_rule_serves_its_own_frequency_only() -> None:
    with pytest.raises(ValueError, match="not for 2026-Q1"):
        due_instant(Period(2026, 1), ANNUAL)
