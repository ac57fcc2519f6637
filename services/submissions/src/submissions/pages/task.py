"""An obligation as a line of “Việc cần làm”: how urgent it is and what its state looks like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.calendar import Holidays
from shared.clock import VIETNAM
from shared.text.figures import last_day
from submissions.rules.obligation import PENDING, is_late

# State of an obligation or revision → shape of the shell (full, half, empty circle, dash).
SHAPES = {
    "open": "not_assessed",
    "overdue": "not_met",
    "submitted": "partly_met",
    "accepted": "met",
    "returned": "not_met",
    "withdrawn": "not_assessed",
}


@dataclass(frozen=True)
class Task:
    id: UUID
    form: str
    unit: str
    period: str
    last_day: date
    days: int  # from today to the last day in time; negative when overdue
    working: int
    state: str
    word: str  # key of the state's word: `overdue` when open and late
    revision: int
    pending: bool

    @property
    def shape(self) -> str:
        return SHAPES[self.word]


def task_of(row: Mapping[str, Any], now: datetime, holidays: Holidays) -> Task:
    today, last = now.astimezone(VIETNAM).date(), last_day(row["due_at"])
    overdue = row["state"] == "open" and is_late(now, row["due_at"])
    return Task(
        id=row["id"],
        form=row["form"],
        unit=row["unit"],
        period=row["period"],
        last_day=last,
        days=(last - today).days,
        working=holidays.working_days_between(today, last) if last > today else 0,
        state=row["state"],
        word="overdue" if overdue else row["state"],
        revision=row["revision"],
        pending=row["state"] in PENDING,
    )


def by_urgency(tasks: Sequence[Task]) -> tuple[list[Task], list[Task]]:
    """What is still to do, the most urgent first; what was sent, the latest period first."""
    pending = sorted((t for t in tasks if t.pending), key=lambda t: (t.last_day, t.form))
    done = sorted((t for t in tasks if not t.pending), key=lambda t: (t.last_day, t.form), reverse=True)
    return pending, done


@dataclass(frozen=True)
class Progress:
    """Of one form in one period: how many owe it, and in which state they are."""

    form: str
    counts: Mapping[str, int]

    @property
    def owed(self) -> int:
        return sum(self.counts.values())

    @property
    def missing(self) -> int:
        return sum(self.counts.get(state, 0) for state in PENDING)


def progress_of(rows: Sequence[Mapping[str, Any]]) -> list[Progress]:
    forms = sorted({row["form"] for row in rows})
    return [Progress(f, {row["state"]: row["count"] for row in rows if row["form"] == f}) for f in forms]
