"""When everything of the demonstration happens: a period is opened, its reports come in, the coordinator decides.

Pure. Each moment lies in office hours of a working day in Vietnam, none after now, and none before what it answers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from shared.calendar import VIETNAM, Holidays, Period
from tiendo_local.demo.chance import chance

Move = Callable[[Holidays, date], date]
Kind = Literal["submit", "correct", "accept", "return"]
OFFICE_FROM, OFFICE_MINUTES = 8, 8 * 60
LATE_SHARE, LATE_DAYS = 0.08, 4
SENT_WITHIN_DAYS = 14
EARLY_WITHIN_DAYS = 10
DECIDED_WITHIN_DAYS = 4
ACCEPTED_BEFORE_DUE, RETURNED_BEFORE_DUE = 0.5, 0.9


@dataclass(frozen=True)
class OpenedObligation:
    """An opened obligation, as the API lists it."""

    id: str
    form: str
    unit: str
    period: str
    due_at: datetime
    revision: int


@dataclass(frozen=True)
class DemoAct:
    """What somebody does about an obligation, and when."""

    at: datetime
    kind: Kind
    answer: OpenedObligation


@dataclass(frozen=True)
class Timeline:
    """`now` is the time of the system that the demonstration is played on."""

    now: datetime
    holidays: Holidays

    def opened_at(self, period: Period) -> datetime:
        """The first working day on which the period collects, early in the morning."""
        return min(self._office(period.start, Holidays.next_working_day, "opened", str(period)), self.now)

    def acts(self, answer: OpenedObligation, opened_at: datetime, *, corrected: bool) -> list[DemoAct]:
        """A report that came, perhaps its correction, and the decision unless it is still to come; in their order."""
        sent = max(self._sent_at(answer), opened_at)
        acts = [DemoAct(sent, "submit", answer)]
        if corrected:
            sent = self._after(sent, 1, "corrected", answer.unit, answer.period)
            acts.append(DemoAct(sent, "correct", answer))
        decision = self._decision(answer)
        days = 1 + int(float(chance("decided", answer.unit, answer.period)) * DECIDED_WITHIN_DAYS)
        decided = self._after(sent, days, "decided-at", answer.unit, answer.period, answer.form)
        if decision is not None and sent < decided < self.now:
            acts.append(DemoAct(decided, decision, answer))
        return acts

    def _sent_at(self, answer: OpenedObligation) -> datetime:
        """In the fortnight before the due instant, of one in twelve some days after it; before now, while it runs."""
        seed = (answer.unit, answer.period, answer.form)
        luck = float(chance("moment", answer.unit, answer.period))
        if answer.due_at > self.now:
            day = _day(self.now) - timedelta(days=1 + int(luck * EARLY_WITHIN_DAYS))
            return min(self._office(day, Holidays.previous_working_day, "sent", *seed), self.now)
        last = _day(answer.due_at - timedelta(seconds=1))
        if chance("late", answer.unit, answer.period) < LATE_SHARE:
            day = last + timedelta(days=1 + int(luck * LATE_DAYS))
            return min(self._office(day, Holidays.next_working_day, "sent", *seed), self.now)
        day = last - timedelta(days=int(luck * SENT_WITHIN_DAYS))
        return min(self._office(day, Holidays.previous_working_day, "sent", *seed), self.now)

    def _decision(self, answer: OpenedObligation) -> Kind | None:
        fate = chance("fate", answer.unit, answer.period)
        if answer.due_at <= self.now or fate < ACCEPTED_BEFORE_DUE:
            return "accept"
        return "return" if fate > RETURNED_BEFORE_DUE else None

    def _after(self, at: datetime, days: int, *seed: object) -> datetime:
        return min(self._office(_day(at) + timedelta(days=days), Holidays.next_working_day, *seed), self.now)

    def _office(self, day: date, move: Move, *seed: object) -> datetime:
        minutes = int(float(chance("minute", *seed)) * OFFICE_MINUTES)
        start = datetime.combine(move(self.holidays, day), time(OFFICE_FROM), VIETNAM)
        return start + timedelta(minutes=minutes, seconds=minutes % 60)


def _day(at: datetime) -> date:
    return at.astimezone(VIETNAM).date()
