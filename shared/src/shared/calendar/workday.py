from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import holidays as published

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Override:
    """A day on which the published calendar is overruled, with the document that says so."""

    day: date
    working: bool
    source: str


class Holidays:
    """Working days in Vietnam: Monday to Friday less public holidays (Labour Code 2019, art. 112), then overrides."""

    def __init__(self, overrides: Iterable[Override] = ()) -> None:
        self._overrides = {override.day: override for override in overrides}
        self._working: dict[date, bool] = {}  # what was asked before: the published calendar is slow to ask

    @cached_property
    def _published(self) -> published.HolidayBase:
        return vietnam()

    def is_working_day(self, day: date) -> bool:
        working = self._working.get(day)
        if working is None:
            override = self._overrides.get(day)
            working = override.working if override else day.weekday() < 5 and day not in self._published
            self._working[day] = working
        return working

    def name(self, day: date) -> str | None:
        """Name of the public holiday, or None."""
        return self._published.get(day)

    def previous_working_day(self, day: date) -> date:
        """The day itself when it is a working day, else the nearest one before it."""
        while not self.is_working_day(day):
            day -= _DAY
        return day

    def next_working_day(self, day: date) -> date:
        """The day itself when it is a working day, else the nearest one after it."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """Working days after `first` up to and including `last`; negative when `last` is before `first`."""
        if last < first:
            return -self.working_days_between(last, first)
        days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
        return sum(self.is_working_day(day) for day in days)


def vietnam() -> published.HolidayBase:
    """`country_holidays("VN")` without the 250 other countries, which its package loads: 8 MiB of every process."""
    file = Path(published.__file__).with_name("countries") / "vietnam.py"
    spec = spec_from_file_location("holidays_of_vietnam", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no module")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: published.HolidayBase = module.Vietnam()
    return found
