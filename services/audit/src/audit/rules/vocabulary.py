"""What codes a filter or an inspection may name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from shared.catalogue import Catalogue, Unit
from shared.text import Text
from shared.text.names import folded

SHORTEST_NAME = 2
FOLLOW_UP = 5
"""Years after the plan in which an inspection of it may still begin, end or be signed."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`periods` are the years of the plan and their quarters, `2026` and `2026-Q3`; `days` the first and last day.

    `obligations` are those under which the plan is inspected. `unit_names` are what each unit is called, folded.
    """

    units: Collection[str]
    periods: Collection[str]
    measures: Collection[str]
    obligations: Collection[str]
    days: tuple[date, date]
    unit_names: Mapping[str, Collection[str]] = field(default_factory=dict)

    def units_called(self, written: str) -> tuple[str, ...]:
        """The units of this name, else those whose name has these words in this order; with or without diacritics."""
        name = folded(written)
        if len(name) < SHORTEST_NAME:
            return ()
        whole = tuple(key for key, names in self.unit_names.items() if name in names)
        part = f" {name} "
        return whole or tuple(key for key, names in self.unit_names.items() if any(part in f" {one} " for one in names))

    def same_name(self, units: Collection[str]) -> bool:
        """Whether all of them have one name in common: a place under its earlier and its present code."""
        shared = [set(self.unit_names.get(unit, ())) for unit in units]
        return bool(shared) and bool(set.intersection(*shared))


def vocabulary(catalogue: Catalogue) -> Vocabulary:
    years = catalogue.plan.years
    periods = [f"{year}{part}" for year in years for part in ("", "-Q1", "-Q2", "-Q3", "-Q4")]
    return Vocabulary(
        units=catalogue.units.keys(),
        periods=frozenset(periods),
        measures=catalogue.measures.keys(),
        obligations=tuple(one.code for one in catalogue.obligations.values() if one.kind == "inspection"),
        days=(date(years[0], 1, 1), date(years[-1] + FOLLOW_UP, 12, 31)),
        unit_names={unit.key: _names(unit) for unit in catalogue.units.values()},
    )


def _names(unit: Unit) -> tuple[str, ...]:
    """Its names and its codes, folded."""
    return tuple(folded(name) for name in (unit.name_vi, unit.name_en, *unit.aliases, unit.key, unit.code) if name)


def obligation_name(catalogue: Catalogue, code: str) -> Text:
    """The plan's words and the code; the code alone when this plan has no such obligation (an earlier one's)."""
    one = catalogue.obligations.get(code)
    return Text(f"{one.name_vi} ({code})", f"{one.name_en} ({code})") if one else Text(code, code)
