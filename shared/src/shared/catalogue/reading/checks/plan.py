from collections.abc import Iterator
from datetime import date

from shared.catalogue.reading.files import PlanFiles
from shared.catalogue.reading.flaw import Flaw

LEAP_YEAR = 4


def check_plan(files: PlanFiles) -> Iterator[Flaw]:
    plan = files.plan.plan
    if not plan.target_years:
        yield Flaw(plan, "target_years", "missing_key", "'target_years' must list the years with targets")


def check_calendar(files: PlanFiles) -> Iterator[Flaw]:
    for rule in files.calendar.due_rules:
        if rule.frequency == "quarter" and rule.month is not None:
            yield Flaw(rule, "month", "bad_choice", f"rule {rule.code}: a quarter's month is 'last'")
    for entry in (files.calendar.action_month.first, files.calendar.action_month.last):
        if entry.is_unread("month"):
            continue
        try:
            date(LEAP_YEAR, entry.month, entry.day)
        except ValueError:
            yield Flaw(entry, "day", "bad_date", f"no day {entry.day} in month {entry.month}")
