from dataclasses import dataclass, field
from datetime import date

from shared.catalogue.element import DataElement, Dimension
from shared.catalogue.fault import Faults, Place
from shared.catalogue.form import Form
from shared.catalogue.measure import Indicator, Measure, Objective
from shared.catalogue.obligation import Obligation
from shared.catalogue.plan import Document, Plan, PlanCalendar
from shared.catalogue.unit import Group, Tenure, Unit


@dataclass(slots=True)
class Draft:
    """A catalogue while it is read: complete or not, with the line every thing was declared on."""

    faults: Faults = field(default_factory=Faults)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    plan: Plan | None = None
    calendar: PlanCalendar | None = None
    documents: dict[str, Document] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    objectives: list[Objective] = field(default_factory=list)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    dimensions: dict[str, Dimension] = field(default_factory=dict)
    elements: dict[str, DataElement] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    receivers: dict[str, Unit] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    coordinators: list[tuple[Place, Tenure]] = field(default_factory=list)
    owners: list[tuple[Place, str, Tenure]] = field(default_factory=list)
    forms: dict[str, Form] = field(default_factory=dict)
    obligations: dict[str, Obligation] = field(default_factory=dict)

    def declare(self, kind: str, code: str, place: Place) -> bool:
        """Remember where a thing stands; False, and a fault, when its code is taken."""
        earlier = self.places.get((kind, code))
        if earlier is not None:
            self.faults.add(place, "duplicate_code", f"{kind} {code} already stands at {earlier.file}:{earlier.line}")
            return False
        self.places[kind, code] = place
        return True

    def place(self, kind: str, code: str) -> Place:
        return self.places[kind, code]

    def body(self, code: str) -> Unit | None:
        """A body by its code, inside the tree or above it."""
        return self.units.get(code) or self.receivers.get(code)

    def unit_on(self, code: str, day: date) -> Unit | None:
        """The unit of that code on that day: codes are reused."""
        found = (unit for unit in self.units.values() if unit.code == code and unit.is_valid_on(day))
        return next(found, None)
