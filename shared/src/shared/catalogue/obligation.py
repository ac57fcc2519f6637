from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.calendar import DueRule, Period

ObligationKind = Literal[
    "report", "synthesis", "review", "plan", "budget", "appraisal", "inspection", "data", "training", "reminder"
]
Recurrence = Literal["year", "once", "year_and_five_years", "undated", "continuous", "periodic", "event"]


@dataclass(frozen=True, slots=True)
class Obligation:
    """What the plan obliges to, in its words. by, to, via name bodies or groups; due None = the plan gives no date."""

    code: str
    name_vi: str
    name_en: str
    kind: ObligationKind
    by: tuple[str, ...]
    to: tuple[str, ...]
    via: str | None
    every: Recurrence
    year: int | None
    due: DueRule | None
    quote: str
    lines: str
    confirmed: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class OwedForm:
    """One unit owes one form for one period; due_at is the first instant that is too late, in UTC."""

    obligation: str
    form: str
    unit: str
    period: Period
    due_at: datetime
