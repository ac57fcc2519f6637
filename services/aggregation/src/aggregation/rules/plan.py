"""The catalogue as the rules need it: layouts of forms, measures of elements, the path from a unit to the root."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from aggregation.rules.formula import element_of, elements
from shared.calendar import Period
from shared.catalogue import Catalogue, Measure, disaggregation_key
from shared.catalogue.measure_kind import needs_of
from shared.catalogue.plan import Document
from shared.disclosure.policy import is_local

Key = tuple[str, str]


class UnknownWord(ValueError):
    """An event names a form, a field or a unit that this catalogue does not have: it becomes a dead letter."""


@dataclass(frozen=True)
class ElementGroup:
    """What a form asks for one measure: element → the name of its sum; `parts` the disaggregations asked.

    Without a measure: an element that is kept as it is (the quarterly counts of 6.3).
    """

    measure: Measure | None
    names: Mapping[str, str]
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """The fields of a form: `fields` key → required; `totals` element → the parts that a derived total adds up."""

    fields: Mapping[Key, bool]
    totals: Mapping[str, tuple[str, ...]]
    groups: tuple[ElementGroup, ...]


class PlanIndex:
    """Read once per process; every answer is kept."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._layouts: dict[str, Layout] = {}
        self._paths: dict[str, tuple[str, ...]] = {}
        self._owing: dict[str, set[tuple[str, str]]] = {}

    @property
    def version(self) -> str:
        return self.catalogue.version

    @property
    def measures(self) -> Mapping[str, Measure]:
        return self.catalogue.measures

    @property
    def root(self) -> str:
        return self.catalogue.plan.root

    @property
    def years(self) -> tuple[int, int]:
        """The first and the last reporting year."""
        years = self.catalogue.plan.years
        return years[0], years[-1]

    @cached_property
    def measures_of(self) -> Mapping[str, tuple[Measure, ...]]:
        """Name of a sum → the measures that need it."""
        by_element: dict[str, tuple[Measure, ...]] = {}
        for measure in self.measures.values():
            for element in elements(measure):
                by_element[element] = (*by_element.get(element, ()), measure)
        return by_element

    @cached_property
    def quarterly(self) -> Mapping[str, Measure]:
        """Element counted per quarter → the measure that asks for a minimum in each (6.3)."""
        return {m.numerator: m for m in self.measures.values() if needs_of(m.kind).quarters}

    @cached_property
    def by_level(self) -> frozenset[str]:
        """Sums that are also judged per administrative level (1.1)."""
        return frozenset(name for m in self.measures.values() if m.partly_by == "admin_level" for name in elements(m))

    @cached_property
    def local_elements(self) -> frozenset[str]:
        """Elements that districts or communes report, on any day."""
        forms = self.catalogue.forms.values()
        units = self.catalogue.units
        return frozenset(
            element
            for form in forms
            if any(
                is_local(level)
                for assignment in form.assigned
                for level in (*assignment.levels, *(units[unit].level for unit in assignment.units if unit in units))
            )
            for element in form.elements
        )

    @cached_property
    def parents(self) -> Mapping[str, str | None]:
        return {key: unit.parent for key, unit in self.catalogue.units.items()}

    @cached_property
    def with_children(self) -> frozenset[str]:
        """Units that have others below them, on any day."""
        return frozenset(parent for parent in self.parents.values() if parent)

    def owes(self, measure: str, unit: str, period: str) -> bool:
        """Whether the unit, or one below it, owes something that the measure needs, opened or not."""
        if period not in self._owing:
            whole = Period.parse(period)
            obligations = {p: self.catalogue.forms_owed(p) for p in dict.fromkeys((whole, *whole.quarters))}
            self._owing[period] = {
                (m.code, above)
                for m in self.measures.values()
                for p, owed in obligations.items()
                if p == whole or needs_of(m.kind).quarters
                for obligation in owed
                if set(m.elements) & set(self.catalogue.forms[obligation.form].elements)
                for above in self.path(obligation.unit)
            }
        return (measure, unit) in self._owing[period]

    def source(self) -> Document | None:
        """The document whose indicators these are: the first one that the plan names."""
        return next(iter(self.catalogue.documents.values()), None)

    def layout(self, form: str) -> Layout:
        """Elements that are only asked by category get a total of their required categories. Raises `UnknownWord`."""
        if form not in self._layouts:
            if form not in self.catalogue.forms:
                raise UnknownWord(f"form {form} is not in catalogue {self.version[:12]}")
            fields = {(f.element, f.key): f.required for f in self.catalogue.forms[form].fields}
            self._layouts[form] = Layout(fields, _totals(fields), self._groups(fields))
        return self._layouts[form]

    def _groups(self, fields: Mapping[Key, bool]) -> tuple[ElementGroup, ...]:
        form_elements = dict.fromkeys(element for element, _ in fields)
        groups: list[tuple[Measure | None, Mapping[str, str]]] = []
        groups += [(m, _names_on_form(m, form_elements)) for m in self.measures.values()]
        grouped = {element for _, names in groups for element in names}
        groups += [(None, {element: element}) for element in form_elements if element not in grouped]
        return tuple(ElementGroup(m, names, _parts(fields, names)) for m, names in groups if names)

    def must_have_value(self, element: str) -> bool:
        """Whether không phát sinh is no answer, also when an earlier intake took it."""
        return not self.catalogue.elements[element].may_be_not_applicable

    def path(self, unit: str) -> tuple[str, ...]:
        """The unit, its parent, … up to the root. Raises `UnknownWord`."""
        if unit not in self._paths:
            if unit not in self.catalogue.units:
                raise UnknownWord(f"unit {unit} is not in catalogue {self.version[:12]}")
            self._paths[unit] = (unit, *self.catalogue.ancestors(unit))
        return self._paths[unit]

    def stands(self, unit: str, period: str) -> bool:
        """Whether the unit exists on the period's cut-off day: only then does it owe and count."""
        return self.catalogue.units[unit].is_valid_on(Period.parse(period).cut_off)

    def level_key(self, unit: str) -> str | None:
        """The disaggregation of a unit's administrative level; None for a unit outside the three levels."""
        level = self.catalogue.units[unit].admin_level
        return disaggregation_key({"admin_level": level}) if level else None


def _totals(fields: Mapping[Key, bool]) -> dict[str, tuple[str, ...]]:
    """Element that is asked by category only → the categories that must be filled."""
    totals: dict[str, tuple[str, ...]] = {}
    for (element, part), required in fields.items():
        totals[element] = (*totals.get(element, ()), *([part] if required else []))
    whole = {element for element, part in fields if not part}
    return {element: parts for element, parts in totals.items() if element not in whole}


def _names_on_form(measure: Measure, form_elements: Collection[str]) -> dict[str, str]:
    """What the form asks for the measure: element → the name of its sum. A quarterly count is kept as it is."""
    if needs_of(measure.kind).quarters:
        return {}
    names = {element_of(name): name for name in elements(measure)}
    return {element: name for element, name in names.items() if element in form_elements}


def _parts(fields: Mapping[Key, bool], names: Collection[str]) -> tuple[str, ...]:
    """The disaggregations in which one of the elements is asked."""
    return tuple(dict.fromkeys(part for element, part in fields if element in names))
