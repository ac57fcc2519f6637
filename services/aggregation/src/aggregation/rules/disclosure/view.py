"""What one reader gets of values: the live one, the published one, or none."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aggregation.rules.disclosure.secrecy import is_sensitive, secrecy
from aggregation.rules.formula import CellSum, element_of
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import CellKey, Value, ValueKey
from shared.access import Person
from shared.catalogue import Measure
from shared.disclosure import DisclosurePolicy, is_small

SIDES = ("numerator", "denominator")


@dataclass(frozen=True, slots=True)
class View:
    """The values of one reader. `policy` decides about single figures, this about what is made of them."""

    plan: PlanIndex
    policy: DisclosurePolicy
    person: Person

    @property
    def needs_to_know(self) -> bool:
        return self.policy.needs_to_know(self.person)

    def reads_published(self, measure: Measure, unit: str) -> bool:
        """Whether this reader gets the published value in place of the live one."""
        return not self.needs_to_know and secrecy(self.plan, measure, unit) == "published"

    def value(self, key: ValueKey, live: Value) -> Value:
        """A value that stands or stood; for a reader of published ones what is not published is withheld."""
        measure = self.plan.measures[key.measure]
        kind = secrecy(self.plan, measure, key.unit)
        if kind == "open" or self.needs_to_know:
            return live
        if kind != "published" and self._is_own(key.unit):
            return live
        if kind == "owner" and (self.person.role == "leader" or not self._has_small(measure, live)):
            return live
        return withheld(live)

    def cells(self, measure: Measure, unit: str, cells: Mapping[CellKey, CellSum], v: Value) -> dict[CellKey, CellSum]:
        """The sums behind a value: its secret ones are withheld with it, and wherever only published ones are read."""
        hide = v.suppressed or self.reads_published(measure, unit)
        return {
            key: replace(cell, value=None, implausible=0)
            if hide and is_sensitive(self.plan, element_of(key.element))
            else cell
            for key, cell in cells.items()
        }

    def may_read(self, unit: str, element: str, v: Value) -> bool:
        """A unit's figure. What a body reports for the whole province is read by whoever reads the value made of it."""
        if self.policy.may_read(self.person, unit, element):
            return True
        if self.person.role == "ops" or self.policy.is_local(unit):
            return False
        return not v.suppressed

    def _is_own(self, unit: str) -> bool:
        return self.person.own_unit == unit and unit not in self.plan.with_children

    def _has_small(self, measure: Measure, v: Value) -> bool:
        """A count from 1 to 4 on either side, of the whole or of a category: from all others it could be computed."""
        sensitive = [side for side in SIDES if is_sensitive(self.plan, getattr(measure, side))]
        return any(is_small(getattr(figures, side)) for figures in (v, *v.parts) for side in sensitive)


def withheld(v: Value) -> Value:
    """Without numbers, and without what is judged by them; who has reported stays. Without its instant, too: beside a
    new revision one that has not moved says that the count is what it was."""
    return replace(
        v,
        value=None,
        numerator=None,
        denominator=None,
        assessment="not_assessed",
        below_floor=False,
        above_whole=False,
        needs_check=False,
        parts=(),
        as_of=None,
        suppressed=True,
    )
