from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import Stage, stage_day, stages
from shared.catalogue import load

CALENDAR = load().calendar
HOLIDAYS = CALENDAR.holidays()


@pytest.mark.parametrize(
    ("due", "code", "day"),
    [
        (date(2026, 12, 15), "T-30", date(2026, 11, 13)),
        (date(2026, 12, 15), "T-3", date(2026, 12, 11)),
        (date(2026, 12, 15), "T-1", date(2026, 12, 14)),
        (date(2025, 12, 15), "T-3", date(2025, 12, 12)),
        (date(2025, 12, 15), "T-1", date(2025, 12, 12)),
        (date(2029, 12, 15), "T-14", date(2029, 11, 30)),
        (date(2029, 12, 15), "T-7", date(2029, 12, 7)),
        (date(2030, 12, 15), "T-14", date(2030, 11, 29)),
        (date(2030, 12, 15), "T-7", date(2030, 12, 6)),
        (date(2030, 12, 15), "T-1", date(2030, 12, 13)),
        (date(2026, 12, 15), "T-21", date(2026, 11, 23)),  # 24 November is a holiday
        (date(2026, 12, 15), "O+1", date(2026, 12, 16)),
        (date(2026, 12, 15), "O+4", date(2026, 12, 21)),  # Saturday
        (date(2026, 12, 15), "O+17", date(2027, 1, 4)),  # New Year's Day and the weekend after it
    ],
)
def test_stage_days(due: date, code: str, day: date) -> None:
    assert stage_day(due, code, HOLIDAYS) == day


def test_stages_on_one_day_become_one() -> None:
    found = {stage.code: stage for stage in CALENDAR.stages(date(2025, 12, 15))}
    assert found["T-1"] == Stage("T-1", date(2025, 12, 12), merged=("T-3",))
    assert list(found) == ["T-30", "T-14", "T-7", "T-1", "O+1", "O+3", "O+7"]
    assert [stage.code for stage in CALENDAR.stages(date(2026, 12, 15))][:5] == ["T-30", "T-14", "T-7", "T-3", "T-1"]


@pytest.mark.parametrize("code", ["", "T-", "T+3", "O-3", "T-3d", "3"])
def test_unknown_stages_are_refused(code: str) -> None:
    with pytest.raises(ValueError, match="not a reminder stage"):
        stage_day(date(2026, 12, 15), code, HOLIDAYS)


@given(
    st.dates(date(2021, 1, 1), date(2030, 12, 31)),
    st.sets(st.integers(1, 60), max_size=6),
    st.sets(st.integers(0, 60), max_size=6),
)
def test_stages_ascend_on_working_days_and_lose_none(due: date, before: set[int], after: set[int]) -> None:
    found = stages(due, before, after, HOLIDAYS)
    days = [stage.day for stage in found]
    assert days == sorted(set(days)) and all(HOLIDAYS.is_working_day(day) for day in days)
    assert sum(1 + len(stage.merged) for stage in found) == len(before) + len(after)
    for stage in found:
        distance = timedelta(days=int(stage.code[2:]))
        assert stage.day <= due - distance if stage.code.startswith("T") else stage.day >= due + distance
