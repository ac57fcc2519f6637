from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import Frequency, Period

YEARS = st.builds(Period, st.integers(2001, 2098))
QUARTERS = st.builds(Period, st.integers(2001, 2098), st.integers(1, 4))
DAYS = st.dates(date(2001, 1, 1), date(2098, 12, 14))


@pytest.mark.parametrize(
    ("text", "start", "cut_off"),
    [
        ("2026", date(2025, 12, 15), date(2026, 12, 14)),
        ("2026-Q1", date(2025, 12, 15), date(2026, 3, 14)),
        ("2026-Q2", date(2026, 3, 15), date(2026, 6, 14)),
        ("2026-Q3", date(2026, 6, 15), date(2026, 9, 14)),
        ("2026-Q4", date(2026, 9, 15), date(2026, 12, 14)),
    ],
)
def test_windows_of_decree_09_2019(text: str, start: date, cut_off: date) -> None:
    period = Period.parse(text)
    assert (period.start, period.cut_off, str(period)) == (start, cut_off, text)


@pytest.mark.parametrize(
    "text", ["", "26", "2026-Q5", "2026-Q0", "2026Q1", "1999", "2026-3", " 2026", "2026\n", "20٢٦"]
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a period"):
        Period.parse(text)


@given(YEARS)
def test_quarters_fill_the_year(year: Period) -> None:
    quarters = year.quarters
    assert quarters[0].start == year.start and quarters[-1].cut_off == year.cut_off
    for earlier, later in pairwise(quarters):
        assert later.start == earlier.cut_off + timedelta(days=1)


@given(st.one_of(YEARS, QUARTERS))
def test_next_and_previous(period: Period) -> None:
    assert period.next.previous == period == period.previous.next
    assert period.next.start == period.cut_off + timedelta(days=1)
    assert Period.parse(str(period)) == period


@given(DAYS, st.sampled_from(["year", "quarter"]))
def test_each_day_lies_in_one_period(day: date, frequency: Frequency) -> None:
    period = Period.containing(day, frequency)
    assert period.contains(day) and period.frequency == frequency
    assert not period.next.contains(day) and not period.previous.contains(day)
