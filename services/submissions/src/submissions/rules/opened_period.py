"""A period that was opened, and which of them a page of the province starts with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.calendar import Period


@dataclass(frozen=True)
class OpenedPeriod:
    """`begun` when a unit has answered, `pending` when a unit still has to."""

    period: str
    begun: bool
    pending: bool


def begun_years(opened: Sequence[OpenedPeriod], today: date) -> list[OpenedPeriod]:
    """The years whose time has come; all of them while that is so of none."""
    years = [one for one in opened if Period.parse(one.period).frequency == "year"]
    return [one for one in years if Period.parse(one.period).start <= today] or years


def current_period(opened: Sequence[OpenedPeriod], today: date) -> str:
    """The newest year opened whose time has come; the one before while it lacks reports and the newest has none yet.

    `opened` has the latest period first. Without a year the latest quarter, without anything "".
    """
    years = begun_years(opened, today)
    if len(years) > 1 and years[1].pending and not years[0].begun:
        return years[1].period
    latest = years or opened
    return latest[0].period if latest else ""
