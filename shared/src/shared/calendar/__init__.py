"""Periods, due instants, working days and reminder dates. Rules run in Vietnam time; instants are UTC."""

from shared.calendar.due import DueRule, due_day, due_instant
from shared.calendar.period import Frequency, Period
from shared.calendar.stage import stage_day
from shared.calendar.workday import Holidays, Override
from shared.calendar.zone import VIETNAM

__all__ = [
    "VIETNAM",
    "DueRule",
    "Frequency",
    "Holidays",
    "Override",
    "Period",
    "due_day",
    "due_instant",
    "stage_day",
]
