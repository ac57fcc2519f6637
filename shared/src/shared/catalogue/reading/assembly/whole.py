"""From the read files to the catalogue. Never fails: what is faulty or unknown is left out, and the checks name it."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from shared.calendar import DueRule, Override
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.element import Category, Dimension
from shared.catalogue.measure import Indicator, Measure, Objective, Target
from shared.catalogue.obligation import Obligation
from shared.catalogue.plan import ActionMonth, Break, DataWindow, Document, Milestone, Plan, PlanCalendar
from shared.catalogue.reading.assembly.elements import build_elements
from shared.catalogue.reading.assembly.forms import build_forms
from shared.catalogue.reading.assembly.units import build_units
from shared.catalogue.reading.entry import Entry
from shared.catalogue.reading.files import PlanFiles
from shared.catalogue.reading.models.calendar import CalendarFile, MonthDayEntry
from shared.catalogue.reading.models.indicators import MeasureEntry
from shared.catalogue.unit import Group, Tenure

_T = TypeVar("_T")


def build(files: PlanFiles) -> Catalogue:
    """Without its version. Of two things with one code the first is kept."""
    units, receivers = build_units(files.units, files.agencies, files.plan.plan.root)
    plan = files.plan.plan
    indicators = files.indicators.indicators
    measures = _first(
        (_measure(entry, owner.code, owner.sensitive) for owner in indicators for entry in owner.measures),
        lambda measure: measure.code,
    )
    elements = _first(build_elements(files.elements), lambda element: element.id)
    dimensions = _first(
        (entry.built(Dimension, categories=_each(entry.categories, Category)) for entry in files.elements.dimensions),
        lambda dimension: dimension.id,
    )
    calendar = _calendar(files.calendar)
    rules = calendar.due_rules
    return Catalogue(
        version="",
        plan=plan.built(
            Plan,
            coordinators=_each(files.agencies.coordinator, Tenure),
            milestones=tuple(sorted(_each(plan.milestones, Milestone), key=lambda milestone: milestone.year)),
            breaks=tuple(sorted(_each(plan.breaks, Break), key=lambda one: one.day)),
        ),
        documents=_first(_each(files.plan.documents, Document), lambda document: document.code),
        sources={code: entry.title for code, entry in _first(files.plan.sources, lambda entry: entry.code).items()},
        objectives=tuple(sorted(_each(files.indicators.objectives, Objective), key=lambda objective: objective.number)),
        indicators=_first(
            (entry.built(Indicator, owners=_each(entry.owners, Tenure)) for entry in indicators),
            lambda indicator: indicator.code,
        ),
        measures=measures,
        elements=elements,
        dimensions=dimensions,
        units=units,
        receivers=receivers,
        groups=_first(_each(files.agencies.groups, Group), lambda group: group.code),
        forms=build_forms(files.forms, elements, dimensions, measures.values(), rules),
        obligations=_first(
            (entry.built(Obligation, due=rules.get(entry.due or "")) for entry in files.obligations.obligations),
            lambda obligation: obligation.code,
        ),
        calendar=calendar,
    )


def _each(entries: Iterable[Entry], kind: Callable[..., _T]) -> tuple[_T, ...]:
    return tuple(entry.built(kind) for entry in entries)


def _first(things: Iterable[_T], code: Callable[[_T], str]) -> dict[str, _T]:
    found: dict[str, _T] = {}
    for thing in things:
        found.setdefault(code(thing), thing)
    found.pop("", None)
    return found


def _measure(entry: MeasureEntry, indicator: str, sensitive: bool) -> Measure:
    return entry.built(
        Measure,
        indicator=indicator,
        sensitive=sensitive,
        targets=_by_year(entry.targets),
        national_targets=_by_year(entry.national_targets),
    )


def _by_year(entries: Iterable[Entry]) -> tuple[Target, ...]:
    return tuple(sorted(_each(entries, Target), key=lambda target: target.year))


def _calendar(file: CalendarFile) -> PlanCalendar:
    month = file.action_month
    return file.built(
        PlanCalendar,
        windows=_each(file.windows, DataWindow),
        due_rules=_first(_each(file.due_rules, DueRule), lambda rule: rule.code),
        remind_before=file.reminders.before,
        remind_after=file.reminders.after,
        overrides=_each(file.overrides, Override),
        action_month=month.built(ActionMonth, first=_month_day(month.first), last=_month_day(month.last)),
    )


def _month_day(entry: MonthDayEntry) -> tuple[int, int]:
    return entry.month, entry.day
