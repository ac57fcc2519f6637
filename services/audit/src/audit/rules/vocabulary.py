"""What codes a filter or an inspection may name."""

from collections.abc import Collection
from dataclasses import dataclass

from shared.catalogue import Catalogue

YEARS = range(2021, 2031)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`periods` are the years of the plan and their quarters, `2026` and `2026-Q3`."""

    units: Collection[str]
    periods: Collection[str]
    measures: Collection[str]


def vocabulary(catalogue: Catalogue) -> Vocabulary:
    periods = [f"{year}{part}" for year in YEARS for part in ("", "-Q1", "-Q2", "-Q3", "-Q4")]
    return Vocabulary(units=catalogue.units.keys(), periods=frozenset(periods), measures=catalogue.measures.keys())
