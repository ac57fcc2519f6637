"""An obligation opened for a unit, form and period: its states and when it takes reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared.calendar import VIETNAM, Period
from shared.text import figures
from submissions.rules.observation import ObservationJson
from submissions.rules.violation import Violation, violation

State = Literal["open", "submitted", "accepted", "returned", "withdrawn"]
# States in which the unit still has something to do.
PENDING: frozenset[State] = frozenset({"open", "returned", "withdrawn"})


@dataclass(frozen=True)
class ReportingObligation:
    """Who owes which form for which period. `obligation` is the plan's code, `due_at` the first instant too late.

    `revision` is the number of the latest revision, 0 before the first; `version` counts every change.
    """

    id: UUID
    obligation: str
    form: str
    unit: str
    period: str
    due_at: datetime
    state: State
    revision: int
    version: int
    opened_at: datetime

    @property
    def previous_period(self) -> str:
        """The same period of the year before: 2026-Q3 → 2025-Q3."""
        return f"{int(self.period[:4]) - 1}{self.period[4:]}"


@dataclass(frozen=True)
class LockedObligation(ReportingObligation):
    """As a command has it: nobody else can change it, and what last year's report said is at hand.

    `previous_observations`: of the latest revision that counts, without those in doubt that nobody has accepted.
    """

    previous_timeless_sha256: str | None
    previous_observations: Sequence[ObservationJson] = ()


def closing_day(period: Period, close_after_years: int) -> date:
    """The last day on which a report for the period is taken: 31 December, so many years after the period's year."""
    return date(period.year + close_after_years, 12, 31)


def check_intake(period: Period, now: datetime, close_after_years: int) -> list[Violation]:
    """A report is taken from the first day of the data window (15 December before; Decree 09/2019) to the closing day.

    Days are Vietnamese days.
    """
    today = now.astimezone(VIETNAM).date()
    last = closing_day(period, close_after_years)
    if today < period.start:
        return [violation("period_not_started", "", period=str(period), day=figures.day(period.start))]
    if today > last:
        return [violation("period_closed", "", period=str(period), day=figures.day(last))]
    return []


def is_late(received_at: datetime, due_at: datetime) -> bool:
    """“Trước ngày 15/12” is exclusive: the due instant itself is late."""
    return received_at >= due_at
