"""The catalogue as the rules ask for it: layouts of forms, measures of elements, the way from a unit to the root."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from aggregation.formula import elements
from shared.catalogue import Catalogue, Measure, disaggregation_key

Key = tuple[str, str]


class UnknownWord(ValueError):
    """An event names a form, a field or a unit that this catalogue does not have: it belongs into the dead letters."""


@dataclass(frozen=True)
class Layout:
    """The fields of a form as keys: `fields` → required; `totals` → the keys that a derived total adds up."""

    fields: Mapping[Key, bool]
    totals: Mapping[str, tuple[Key, ...]]


class Plan:
    """Read once per process; every answer is kept."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._layouts: dict[str, Layout] = {}
        self._paths: dict[str, tuple[str, ...]] = {}

    @property
    def version(self) -> str:
        return self.catalogue.version

    @property
    def measures(self) -> Mapping[str, Measure]:
        return self.catalogue.measures

    @property
    def root(self) -> str:
        return self.catalogue.plan.root

    @cached_property
    def measures_of(self) -> Mapping[str, tuple[Measure, ...]]:
        """Element → the measures that need it."""
        found: dict[str, tuple[Measure, ...]] = {}
        for measure in self.measures.values():
            for element in elements(measure):
                found[element] = (*found.get(element, ()), measure)
        return found

    @cached_property
    def quarterly(self) -> Mapping[str, Measure]:
        """Element counted per quarter → the measure that asks for a minimum in each (6.3)."""
        return {m.numerator: m for m in self.measures.values() if m.kind == "every_quarter"}

    @cached_property
    def by_level(self) -> frozenset[str]:
        """Elements that are also judged per administrative level (1.1)."""
        return frozenset(m.numerator for m in self.measures.values() if m.partly_by == "admin_level")

    @cached_property
    def parents(self) -> Mapping[str, str | None]:
        return {key: unit.parent for key, unit in self.catalogue.units.items()}

    @cached_property
    def with_children(self) -> frozenset[str]:
        """Units that have others below them, on any day."""
        return frozenset(parent for parent in self.parents.values() if parent)

    def layout(self, form: str) -> Layout:
        """Elements that are only asked by category get a total of their required categories. Raises `UnknownWord`."""
        if form not in self._layouts:
            if form not in self.catalogue.forms:
                raise UnknownWord(f"form {form} is not in catalogue {self.version[:12]}")
            asked = self.catalogue.forms[form].fields
            fields = {(f.element, f.key): f.required for f in asked}
            whole = {element for element, part in fields if not part}
            totals = {
                element: tuple(key for key, required in fields.items() if key[0] == element and required)
                for element in dict.fromkeys(element for element, _ in fields)
                if element not in whole
            }
            self._layouts[form] = Layout(fields, totals)
        return self._layouts[form]

    def path(self, unit: str) -> tuple[str, ...]:
        """The unit, its parent, … up to the root. Raises `UnknownWord`."""
        if unit not in self._paths:
            if unit not in self.catalogue.units:
                raise UnknownWord(f"unit {unit} is not in catalogue {self.version[:12]}")
            self._paths[unit] = (unit, *self.catalogue.ancestors(unit))
        return self._paths[unit]

    def level_key(self, unit: str) -> str | None:
        """The disaggregation of a unit's administrative level; None for a unit outside the three levels."""
        level = self.catalogue.units[unit].admin_level
        return disaggregation_key({"admin_level": level}) if level else None
