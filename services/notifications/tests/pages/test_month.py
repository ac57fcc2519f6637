"""A month on a wall calendar."""

from datetime import date

from notifications.pages.month import Month


def test_a_month_is_whole_weeks() -> None:
    december = Month.parse("2026-12")
    days = [day for week in december.weeks for day in week if day]
    assert days == [date(2026, 12, n) for n in range(1, 32)]
    assert all(len(week) == 7 for week in december.weeks)
    assert str(december.next) == "2027-01" and str(december.previous) == "2026-11"
