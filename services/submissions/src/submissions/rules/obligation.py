"""An obligation opened for a unit, form and period: its states and when it takes reports."""

from datetime import date, datetime
from typing import Literal

from shared.calendar import Period
from shared.clock import VIETNAM
from submissions.rules.violation import Finding, find

State = Literal["open", "submitted", "accepted", "returned", "withdrawn"]
# States in which the unit still has something to do.
PENDING: frozenset[str] = frozenset({"open", "returned", "withdrawn"})


def closing_day(period: Period, close_after_years: int) -> date:
    """The last day on which a report for the period is taken: 31 December, so many years after the period's year."""
    return date(period.year + close_after_years, 12, 31)


def check_intake(period: Period, now: datetime, close_after_years: int) -> list[Finding]:
    """A report is taken from the first day of the data window (15 December before; Decree 09/2019) to the closing day.

    Days are Vietnamese days.
    """
    today = now.astimezone(VIETNAM).date()
    last = closing_day(period, close_after_years)
    if today < period.start:
        return [find("period_not_started", "", period=str(period), day=f"{period.start:%d/%m/%Y}")]
    if today > last:
        return [find("period_closed", "", period=str(period), day=f"{last:%d/%m/%Y}")]
    return []


def is_late(received_at: datetime, due_at: datetime) -> bool:
    """“Trước ngày 15/12” is exclusive: the due instant itself is late."""
    return received_at >= due_at
