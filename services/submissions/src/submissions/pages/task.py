"""An obligation as a line of “Việc cần làm”: how urgent it is and what its state looks like."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.calendar import VIETNAM, Holidays
from shared.text.figures import last_day
from submissions.rules.obligation import PENDING, ReportingObligation, State, is_late

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
    state: State
    word: str  # key of the state's word: `overdue` when open and late
    revision: int
    pending: bool

    @property
    def shape(self) -> str:
        return SHAPES[self.word]


def task_of(obligation: ReportingObligation, now: datetime, holidays: Holidays) -> Task:
    today, last = now.astimezone(VIETNAM).date(), last_day(obligation.due_at)
    overdue = obligation.state == "open" and is_late(now, obligation.due_at)
    return Task(
        id=obligation.id,
        form=obligation.form,
        unit=obligation.unit,
        period=obligation.period,
        last_day=last,
        days=(last - today).days,
        working=holidays.working_days_between(today, last) if last > today else 0,
        state=obligation.state,
        word="overdue" if overdue else obligation.state,
        revision=obligation.revision,
        pending=obligation.state in PENDING,
    )


def by_urgency(tasks: Sequence[Task]) -> tuple[list[Task], list[Task]]:
    """What is still to do, the most urgent first; what was sent, the latest period first."""
    pending = sorted((t for t in tasks if t.pending), key=lambda t: (t.last_day, t.form))
    done = sorted((t for t in tasks if not t.pending), key=lambda t: (t.last_day, t.form), reverse=True)
    return pending, done
