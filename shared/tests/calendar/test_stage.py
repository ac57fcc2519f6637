from datetime import date

import pytest

from shared.calendar import stage_day
from shared.catalogue import load

HOLIDAYS = load().calendar.holidays()


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


@pytest.mark.parametrize("code", ["", "T-", "T+3", "O-3", "T-3d", "3"])
def test_unknown_stages_are_refused(code: str) -> None:
    with pytest.raises(ValueError, match="not a reminder stage"):
        stage_day(date(2026, 12, 15), code, HOLIDAYS)
