from dataclasses import dataclass
from datetime import date
from functools import cached_property

from shared.calendar import Holidays, Period, due_instant
from shared.catalogue.element import DataElement, Dimension
from shared.catalogue.form import Form
from shared.catalogue.measure import Indicator, Measure, Objective
from shared.catalogue.obligation import Obligation, OwedForm
from shared.catalogue.plan import Document, Plan, PlanCalendar
from shared.catalogue.unit import Group, Unit


@dataclass(frozen=True, eq=False)
class Catalogue:
    """A plan, checked and complete. `version` is the SHA-256 of its canonical form and stands in every event."""

    version: str
    plan: Plan
    documents: dict[str, Document]
    sources: dict[str, str]
    objectives: tuple[Objective, ...]
    indicators: dict[str, Indicator]
    measures: dict[str, Measure]
    elements: dict[str, DataElement]
    dimensions: dict[str, Dimension]
    units: dict[str, Unit]
    receivers: dict[str, Unit]
    groups: dict[str, Group]
    forms: dict[str, Form]
    obligations: dict[str, Obligation]
    calendar: PlanCalendar

    @property
    def root(self) -> Unit:
        return self.units[self.plan.root]

    def unit(self, key: str) -> Unit:
        """A unit of the tree, or a body above it. Raises KeyError."""
        return self.units.get(key) or self.receivers[key]

    def units_on(self, day: date) -> list[Unit]:
        """Units of the tree that exist on the day, the root among them."""
        return [unit for unit in self.units.values() if unit.is_valid_on(day)]

    def children(self, key: str, day: date) -> list[Unit]:
        return [unit for unit in self._children.get(key, ()) if unit.is_valid_on(day)]

    def ancestors(self, key: str) -> list[str]:
        """Parent first, root last; empty for the root. Raises KeyError."""
        found = []
        parent = self.unit(key).parent
        while parent is not None:
            found.append(parent)
            parent = self.units[parent].parent
        return found

    def successors(self, key: str) -> list[str]:
        return list(self.unit(key).successors)

    def predecessors(self, key: str) -> list[str]:
        """The units that went into this one; a body that took others in also goes on being itself."""
        return list(self._predecessors.get(self.unit(key).key, ()))

    def inherited(self, key: str, day: date) -> list[str]:
        """The units that ended by the day and that this one answers for now: what went into it, directly or by steps.

        Empty when the unit itself does not exist on the day. Raises KeyError.
        """
        found: list[str] = []
        waiting = [key] if self.unit(key).is_valid_on(day) else []
        while waiting:
            for earlier in self.predecessors(waiting.pop()):
                ended = self.unit(earlier).valid_to
                if ended is not None and ended <= day and earlier not in found:
                    found.append(earlier)
                    waiting.append(earlier)
        return found

    def owners(self, measure_code: str, day: date) -> list[str]:
        """Who answers for the measure on the day: one body, or one per part when split (3.2). Raises KeyError."""
        indicator = self.indicators[self.measures[measure_code].indicator]
        return list(dict.fromkeys(tenure.unit for tenure in indicator.owners if tenure.is_valid_on(day)))

    def coordinator(self, day: date) -> str:
        """The body that collects for the province. Raises LookupError outside the time of the plan."""
        for tenure in self.plan.coordinators:
            if tenure.is_valid_on(day):
                return tenure.unit
        raise LookupError(f"no coordinator on {day}")

    def forms_owed(self, period: Period) -> list[OwedForm]:
        """Who owes which form for the period: the units and assignments that are valid on its cut-off day."""
        units = self.units_on(period.cut_off)
        return [
            OwedForm(form.obligation, form.code, unit.key, period, due_at)
            for form in self.forms.values()
            if form.frequency == period.frequency
            for due_at in (due_instant(period, form.due, self._holidays),)
            for unit in units
            if any(assignment.holds_for(unit, period.cut_off) for assignment in form.assigned)
        ]

    def measures_of(self, element: str) -> list[Measure]:
        """The measures whose formula uses the element."""
        return [measure for measure in self.measures.values() if element in measure.elements]

    @cached_property
    def _holidays(self) -> Holidays:
        return self.calendar.holidays()

    @cached_property
    def _children(self) -> dict[str, list[Unit]]:
        found: dict[str, list[Unit]] = {}
        for unit in self.units.values():
            if unit.parent is not None:
                found.setdefault(unit.parent, []).append(unit)
        return found

    @cached_property
    def _predecessors(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for unit in (*self.units.values(), *self.receivers.values()):
            for successor in unit.successors:
                found.setdefault(successor, []).append(unit.key)
        return found
