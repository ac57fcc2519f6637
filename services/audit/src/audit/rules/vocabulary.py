"""What codes a filter or an inspection may name."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from shared.catalogue import Catalogue

FOLLOW_UP = 5
"""Years after the plan in which an inspection of it may still begin, end or be signed."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`periods` are the years of the plan and their quarters, `2026` and `2026-Q3`; `days` the first and last day."""

    units: Collection[str]
    periods: Collection[str]
    measures: Collection[str]
    days: tuple[date, date]


def vocabulary(catalogue: Catalogue) -> Vocabulary:
    years = catalogue.plan.years
    periods = [f"{year}{part}" for year in years for part in ("", "-Q1", "-Q2", "-Q3", "-Q4")]
    return Vocabulary(
        units=catalogue.units.keys(),
        periods=frozenset(periods),
        measures=catalogue.measures.keys(),
        days=(date(years[0], 1, 1), date(years[-1] + FOLLOW_UP, 12, 31)),
    )
