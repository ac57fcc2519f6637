"""The ladder of reminders: which steps there are, on which working day each falls, who is written to.

The steps are data of the catalogue (`calendar.yaml`), their days come from `shared.calendar`: T-n counts back from the
day the deadline names and moves to an earlier working day, O+n counts on and moves to a later one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal, Self

from shared.calendar import VIETNAM, Holidays, stage_day
from shared.text.figures import last_day

Role = Literal["reporter", "head"]

SEND_FROM = time(8, 0)
"""Nothing is sent before 08:00 in Vietnam on its planned day."""
HEAD_FROM = -3
"""From the third day before the deadline on, the head of the unit is written to as well."""
OVERDUE_KEPT = timedelta(days=30)
"""An overdue step that could not be sent for this long after the last one is worth nobody's time any more."""
RETURNED = "returned"
RETURNED_KEPT = timedelta(days=7)


def urgency(code: str) -> int:
    """Days relative to the deadline: -30 for T-30, 7 for O+7."""
    return int(code[1:])


def is_overdue(code: str) -> bool:
    return code.startswith("O+")


def due_day(due_at: datetime) -> date:
    """The day the deadline names: "trước ngày 15/12" is the instant 15 December 00:00, so 15 December."""
    return due_at.astimezone(VIETNAM).date()


def days_left(due_at: datetime, now: datetime) -> int:
    """Calendar days from today to the last day in time: 0 on the last day, negative when overdue."""
    return (last_day(due_at) - now.astimezone(VIETNAM).date()).days


def morning(day: date) -> datetime:
    """08:00 in Vietnam on that day."""
    return datetime.combine(day, SEND_FROM, tzinfo=VIETNAM)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the ladder for one deadline: its day, when it is worthless, and who gets it."""

    code: str
    day: date
    expires_at: datetime
    roles: tuple[Role, ...]

    @property
    def not_before(self) -> datetime:
        return morning(self.day)


@dataclass(frozen=True, slots=True)
class Ladder:
    """`codes` in order, least urgent first."""

    codes: tuple[str, ...]
    holidays: Holidays
    _by_deadline: dict[datetime, tuple[Step, ...]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, before: Iterable[int], after: Iterable[int], holidays: Holidays) -> Self:
        codes = [f"T-{n}" for n in sorted(set(before), reverse=True)] + [f"O+{n}" for n in sorted(set(after))]
        return cls(tuple(codes), holidays)

    def steps(self, due_at: datetime) -> tuple[Step, ...]:
        """Every step for a deadline. Steps of one day are all named; the plan lets the most urgent win."""
        steps = self._by_deadline.get(due_at)
        if steps is None:
            steps = self._by_deadline[due_at] = tuple(self._step(code, due_at) for code in self.codes)
        return steps

    def _step(self, code: str, due_at: datetime) -> Step:
        due = due_day(due_at)
        expires_at = due_at
        if is_overdue(code):
            expires_at = morning(stage_day(due, self.codes[-1], self.holidays)) + OVERDUE_KEPT
        roles: tuple[Role, ...] = ("reporter", "head") if urgency(code) >= HEAD_FROM else ("reporter",)
        return Step(code, stage_day(due, code, self.holidays), expires_at, roles)
