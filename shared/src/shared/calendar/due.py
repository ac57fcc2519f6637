from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, assert_never

from shared.calendar.period import Frequency, Period
from shared.calendar.workday import Holidays
from shared.calendar.zone import VIETNAM

Weekend = Literal["strict", "next_working_day"]


@dataclass(frozen=True, slots=True)
class DueRule:
    """An exclusive limit "trước ngày day/month": the day before it is the last one.

    month None = the last month of the period. year_offset -1 = in the year before. weekend "strict" = the limit
    never moves; "next_working_day" = a last day that is not worked moves to the next working day (Civil Code,
    article 148.5).
    """

    code: str
    frequency: Frequency
    month: int | None
    day: int
    year_offset: int = 0
    weekend: Weekend = "strict"
    confirmed: bool = True
    source: str = ""
    vi: str = ""
    en: str = ""


def due_day(period: Period, rule: DueRule, holidays: Holidays | None = None) -> date:
    """The first day that is too late, in Vietnam. Raises ValueError when the rule is for another frequency."""
    if rule.frequency != period.frequency:
        raise ValueError(f"rule {rule.code} is for a {rule.frequency}, not for {period}")
    limit = date(period.year + rule.year_offset, rule.month or period.last_month, rule.day)
    match rule.weekend:
        case "strict":
            return limit
        case "next_working_day":
            last = limit - timedelta(days=1)
            return (holidays or Holidays()).next_working_day(last) + timedelta(days=1)
        case _:
            assert_never(rule.weekend)


def due_instant(period: Period, rule: DueRule, holidays: Holidays | None = None) -> datetime:
    """The first instant that is too late, in UTC: 00:00 in Vietnam of the due day.

    15 December is 17:00 UTC of the 14th. Raises ValueError when the rule is for another frequency.
    """
    return datetime.combine(due_day(period, rule, holidays), time(), VIETNAM).astimezone(UTC)
