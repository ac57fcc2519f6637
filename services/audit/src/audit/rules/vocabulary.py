"""What codes a filter or an inspection may name."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from shared.catalogue import Catalogue
from shared.text import Text

FOLLOW_UP = 5
"""Years after the plan in which an inspection of it may still begin, end or be signed."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`periods` are the years of the plan and their quarters, `2026` and `2026-Q3`; `days` the first and last day.

    `obligations` are those under which the plan is inspected.
    """

    units: Collection[str]
    periods: Collection[str]
    measures: Collection[str]
    obligations: Collection[str]
    days: tuple[date, date]


def vocabulary(catalogue: Catalogue) -> Vocabulary:
    years = catalogue.plan.years
    periods = [f"{year}{part}" for year in years for part in ("", "-Q1", "-Q2", "-Q3", "-Q4")]
    return Vocabulary(
        units=catalogue.units.keys(),
        periods=frozenset(periods),
        measures=catalogue.measures.keys(),
        obligations=tuple(one.code for one in catalogue.obligations.values() if one.kind == "inspection"),
        days=(date(years[0], 1, 1), date(years[-1] + FOLLOW_UP, 12, 31)),
    )


def obligation_name(catalogue: Catalogue, code: str) -> Text:
    """The plan's words; the code when this plan has no such obligation (an earlier one's)."""
    one = catalogue.obligations.get(code)
    return Text(one.name_vi, one.name_en or one.name_vi) if one else Text(code, code)
