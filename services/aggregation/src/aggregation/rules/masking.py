"""What may be seen of counts about victims and deaths (docs/domain.md 6.3, trap 16). The threshold is ours."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Protocol, assert_never

from aggregation.rules.formula import CellSum, element_of
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import CellKey, Value, ValueKey
from shared.catalogue import Measure
from shared.catalogue.unit import Level
from shared.text.decimals import half_up

SMALL = 5
SEES_ALL = frozenset({"coordinator", "auditor"})
SIDES = ("numerator", "denominator")


class Viewer(Protocol):
    """Who reads: a `shared.auth.Person`."""

    @property
    def role(self) -> str: ...
    @property
    def unit(self) -> str: ...


def is_sensitive(plan: PlanIndex, element: str | None) -> bool:
    in_catalogue = plan.catalogue.elements.get(element or "")
    return in_catalogue is not None and in_catalogue.sensitive


def has_sensitive(plan: PlanIndex, measure: Measure) -> bool:
    return any(is_sensitive(plan, element) for element in measure.elements)


def masked(plan: PlanIndex, key: ValueKey, v: Value) -> Value:
    """Every number of a district or commune whose sensitive count is 1 to 4 is withheld, for every reader.

    The rate is withheld too: whoever knows the denominator could compute the count from it.
    """
    measure = plan.measures[key.measure]
    named = {side: getattr(measure, side) for side in SIDES}
    sensitive = [side for side, element in named.items() if is_sensitive(plan, element)]
    if not sensitive or not _is_local(plan.catalogue.units[key.unit].level):
        return v
    counts: list[Decimal | None] = [getattr(figures, side) for figures in (v, *v.parts) for side in sensitive]
    return withheld(v) if any(_is_small(count) for count in counts) else v


def all_masked(plan: PlanIndex, values: Mapping[ValueKey, Value]) -> dict[ValueKey, Value]:
    return {key: masked(plan, key, v) for key, v in values.items()}


def withheld(v: Value) -> Value:
    return replace(v, value=None, numerator=None, denominator=None, parts=(), suppressed=True)


def masked_cells(plan: PlanIndex, unit: str, cells: Mapping[CellKey, CellSum], v: Value) -> dict[CellKey, CellSum]:
    """The sums behind a value: withheld with it, all of them when one of them is small."""
    below = _is_local(plan.catalogue.units[unit].level)
    small = any(is_sensitive(plan, element_of(key.element)) and _is_small(c.value) for key, c in cells.items())
    if not v.suppressed and not (below and small):
        return dict(cells)
    return {key: replace(cell, value=None) for key, cell in cells.items()}


def coarse(plan: PlanIndex, key: ValueKey, v: Value) -> Value:
    """A value of the past, or one that is published, of several units of which some have yet to report.

    The difference of two sums is a single unit's count: sensitive sums are withheld until all have reported, and the
    value is rounded as it is shown.
    """
    measure = plan.measures[key.measure]
    if v.reported >= v.expected or key.unit not in plan.with_children or not has_sensitive(plan, measure):
        return v
    parts = tuple(
        replace(part, value=_rounded(part.value, measure.decimals), numerator=None, denominator=None)
        for part in v.parts
    )
    value = _rounded(v.value, measure.decimals)
    return replace(v, value=value, numerator=None, denominator=None, parts=parts, suppressed=True)


def past(plan: PlanIndex, viewer: Viewer, key: ValueKey, v: Value) -> Value:
    """A value as it stood at some time, for this reader."""
    v = masked(plan, key, v)
    return v if viewer.role in SEES_ALL else coarse(plan, key, v)


def may_see(plan: PlanIndex, viewer: Viewer, unit: str, element: str) -> bool:
    """A single unit's sensitive counts are for the coordinator, the auditor and the unit itself."""
    return not is_sensitive(plan, element) or viewer.role in SEES_ALL or viewer.unit == unit


def _is_local(level: Level) -> bool:
    """Whether a count there may be one person whom neighbours know."""
    match level:
        case "district" | "commune":
            return True
        case "root" | "province_agency" | "central":
            return False
        case _:
            assert_never(level)


def _is_small(count: Decimal | None) -> bool:
    return count is not None and 0 < count < SMALL


def _rounded(value: Decimal | None, decimals: int) -> Decimal | None:
    return None if value is None else half_up(value, decimals)
