from dataclasses import dataclass
from datetime import date

from shared.calendar import DueRule, Frequency, Holidays, Override
from shared.catalogue.unit import Tenure


@dataclass(frozen=True, slots=True)
class Plan:
    """valid_from .. valid_to (exclusive) is the time in which owners must be known."""

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
    target_years: tuple[int, ...]
    root: str
    coordinators: tuple[Tenure, ...] = ()


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
