from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shared.text.figures import day, days_left, instant, last_day, number


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        (Decimal("1234.5"), None, "1.234,5", "1,234.5"),
        (Decimal("1234567.89125"), None, "1.234.567,89125", "1,234,567.89125"),
        (Decimal("111.25"), 1, "111,3", "111.3"),
        (Decimal("-0.05"), 1, "-0,1", "-0.1"),
        (Decimal("60"), 2, "60,00", "60.00"),
        (6109, None, "6.109", "6,109"),
        ("0", None, "0", "0"),
        (Decimal("1E+3"), None, "1.000", "1,000"),
        (10**26, None, "100" + ".000" * 8, "100" + ",000" * 8),
        (f"{10**26}.25", None, "100" + ".000" * 8 + ",25", "100" + ",000" * 8 + ".25"),
        (Decimal(10**26), 1, "100" + ".000" * 8 + ",0", "100" + ",000" * 8 + ".0"),
        (None, 2, "–", "–"),
    ],
)
def test_numbers(value: Decimal | int | str | None, decimals: int | None, vi: str, en: str) -> None:
    assert number(value, decimals) == vi
    assert number(value, decimals, language="en") == en


def test_days_and_instants_are_vietnams() -> None:
    late = datetime(2026, 12, 14, 17, 0, tzinfo=UTC)
    assert day(late) == "15/12/2026"
    assert day(date(2026, 2, 3)) == "03/02/2026"
    assert instant(late) == "15/12/2026 00:00"
    assert instant(late, seconds=True) == "15/12/2026 00:00:00"
    assert last_day(late) == date(2026, 12, 14)
    with pytest.raises(ValueError, match="time zone"):
        instant(datetime(2026, 12, 14))  # noqa: DTZ001  # what is refused


@pytest.mark.parametrize(
    ("days", "working", "vi", "en"),
    [
        (20, 15, "còn 20 ngày (15 ngày làm việc)", "20 days left (15 working days)"),
        (1, 1, "còn 1 ngày (1 ngày làm việc)", "1 day left (1 working day)"),
        (3, None, "còn 3 ngày", "3 days left"),
        (0, 1, "hạn chót hôm nay", "due today"),
        (-3, None, "quá hạn 3 ngày", "3 days overdue"),
    ],
)
def test_days_left(days: int, working: int | None, vi: str, en: str) -> None:
    assert days_left(days, working) == (vi, en)
