from datetime import date, timedelta

import holidays as published
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import Holidays, Override
from shared.calendar.workday import vietnam
from shared.catalogue import load

PLAIN = Holidays()
DAYS = st.dates(date(2021, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),
        date(2026, 2, 17),  # Tết
        date(2026, 4, 27),  # Giỗ Tổ falls on a Sunday, observed on Monday
        date(2026, 4, 30),
        date(2026, 9, 2),
        date(2026, 11, 24),  # Ngày Văn hóa Việt Nam, from 2026
        date(2026, 12, 12),  # Saturday
        date(2026, 12, 13),
    ],
)
def test_days_off(day: date) -> None:
    assert not PLAIN.is_working_day(day)


def test_culture_day_is_off_only_since_2026() -> None:
    assert PLAIN.is_working_day(date(2025, 11, 24))
    assert PLAIN.name(date(2026, 11, 24)) is not None and PLAIN.name(date(2026, 11, 25)) is None


def test_the_swap_of_january_2026() -> None:
    holidays = load().calendar.holidays()
    assert PLAIN.is_working_day(date(2026, 1, 2)) and not PLAIN.is_working_day(date(2026, 1, 10))
    assert not holidays.is_working_day(date(2026, 1, 2)) and holidays.is_working_day(date(2026, 1, 10))
    assert holidays.next_working_day(date(2026, 1, 1)) == date(2026, 1, 5)
    assert holidays.working_days_between(date(2026, 1, 8), date(2026, 1, 10)) == 2


def test_an_audited_override_wins_over_the_plan() -> None:
    more = (Override(date(2026, 1, 10), False, "công văn"),)
    assert not load().calendar.holidays(more).is_working_day(date(2026, 1, 10))


@given(DAYS)
def test_nearest_working_days(day: date) -> None:
    before, after = PLAIN.previous_working_day(day), PLAIN.next_working_day(day)
    assert before <= day <= after
    assert PLAIN.is_working_day(before) and PLAIN.is_working_day(after)
    assert (before == day) == (after == day) == PLAIN.is_working_day(day)
    if before != after:
        assert PLAIN.working_days_between(before, after) == 1


@given(DAYS, DAYS, DAYS)
def test_working_days_add_up(first: date, second: date, third: date) -> None:
    a, b, c = sorted((first, second, third))
    assert PLAIN.working_days_between(a, b) + PLAIN.working_days_between(b, c) == PLAIN.working_days_between(a, c)
    assert PLAIN.working_days_between(c, a) == -PLAIN.working_days_between(a, c)


def test_vietnam_alone_is_the_vietnam_of_the_library() -> None:
    days = [date(2021, 1, 1) + timedelta(days=n) for n in range(3652)]
    alone, among_all = vietnam(), published.country_holidays("VN")
    assert {day: alone.get(day) for day in days} == {day: among_all.get(day) for day in days}
