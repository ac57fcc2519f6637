from dataclasses import dataclass
from datetime import date, timedelta

from shared.calendar import DueRule, Frequency, Holidays, Override, Period
from shared.catalogue.unit import Tenure


@dataclass(frozen=True, slots=True)
class Milestone:
    """A year whose targets the plan is judged by, such as its mid-term and its final review."""

    year: int
    name_vi: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Break:
    """From this day on other units report, so that a series of years is cut. `note` says what changed."""

    day: date
    name_vi: str
    name_en: str
    note_vi: str
    note_en: str

    @property
    def first_year(self) -> int:
        """The first reporting year that is counted over the new units: its cut-off day is not before the break."""
        return self.day.year if self.day <= Period(self.day.year).cut_off else self.day.year + 1


@dataclass(frozen=True, slots=True)
class Plan:
    """valid_from .. valid_to (exclusive) is when owners must be known. Milestones and breaks are in order."""

    code: str
    number: str
    title_vi: str
    title_en: str
    title_confirmed: bool
    issuer_vi: str
    issuer_en: str
    signed_on: date
    valid_from: date
    valid_to: date
    milestones: tuple[Milestone, ...]
    breaks: tuple[Break, ...]
    root: str
    coordinators: tuple[Tenure, ...] = ()

    @property
    def years(self) -> range:
        """The reporting years, first to last."""
        return range(self.valid_from.year, (self.valid_to - timedelta(days=1)).year + 1)

    @property
    def target_years(self) -> tuple[int, ...]:
        return tuple(milestone.year for milestone in self.milestones)


@dataclass(frozen=True, slots=True)
class Document:
    code: str
    number: str
    title_vi: str
    title_en: str
    signed_on: date


@dataclass(frozen=True, slots=True)
class DataWindow:
    """The law behind a period's data window; the window itself is Period's."""

    frequency: Frequency
    first: str
    last: str
    law: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class ActionMonth:
    """First and last day as (month, day), both inclusive."""

    first: tuple[int, int]
    last: tuple[int, int]
    name_vi: str
    name_en: str
    source: str


@dataclass(frozen=True, slots=True)
class PlanCalendar:
    timezone: str
    windows: tuple[DataWindow, ...]
    due_rules: dict[str, DueRule]
    remind_before: tuple[int, ...]
    remind_after: tuple[int, ...]
    overrides: tuple[Override, ...]
    action_month: ActionMonth

    def holidays(self, more: tuple[Override, ...] = ()) -> Holidays:
        """The plan's overrides, then more of them (an audited table), which win."""
        return Holidays((*self.overrides, *more))
