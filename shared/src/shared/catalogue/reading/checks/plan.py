from collections.abc import Iterator
from datetime import date

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.reading.files import PlanFiles
from shared.catalogue.reading.flaw import Flaw

LEAP_YEAR = 4


def check_plan(files: PlanFiles, catalogue: Catalogue) -> Iterator[Flaw]:
    plan = files.plan.plan
    if not plan.milestones:
        message = "'milestones' must list the years whose targets judge the plan, each with vi and en"
        yield Flaw(plan, "milestones", "missing_key", message)
    if plan.valid_to <= plan.valid_from:
        yield Flaw(plan, "valid_to", "bad_interval", f"the plan ends on {plan.valid_to}, not after {plan.valid_from}")
    elif not plan.is_unread("valid_from", "valid_to"):
        yield from _outside(files, catalogue)
    yield from _breaks(files, catalogue)


def _outside(files: PlanFiles, catalogue: Catalogue) -> Iterator[Flaw]:
    """Milestones, breaks and targets lie within the plan."""
    plan, years = files.plan.plan, catalogue.plan.years
    span = f"outside the plan, {years[0]} to {years[-1]}"
    for milestone in plan.milestones:
        if milestone.year not in years:
            yield Flaw(milestone, "year", "outside_plan", f"milestone {milestone.year} lies {span}")
    for one in plan.breaks:
        if not plan.valid_from <= one.day < plan.valid_to:
            yield Flaw(one, "date", "outside_plan", f"break {one.day} lies {span}")
    for measure in files.indicators.measures:
        for target in (*measure.targets, *measure.national_targets):
            if target.year not in years:
                message = f"measure {measure.code}: target of {target.year} lies {span}"
                yield Flaw(target, "year", "outside_plan", message)


def _breaks(files: PlanFiles, catalogue: Catalogue) -> Iterator[Flaw]:
    """A series is cut where administrative units merge, and nowhere else."""
    plan = files.plan.plan
    if plan.is_unread("breaks"):
        return
    begun = {unit.valid_from for unit in catalogue.units.values()}
    for one in plan.breaks:
        if one.day not in begun:
            yield Flaw(one, "date", "break_without_change", f"no unit begins on {one.day}")
    stated = {one.day for one in plan.breaks}
    for merge in files.units.merges:
        if merge.on not in stated and plan.valid_from <= merge.on < plan.valid_to:
            stated.add(merge.on)
            yield Flaw(merge, "on", "break_missing", f"units merge on {merge.on}; plan.yaml names no break on that day")


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
