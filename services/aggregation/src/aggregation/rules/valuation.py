"""From the cells of a place to the value of a measure there: total, parts, assessment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from aggregation.rules.assessment import FigurePart, above_whole, assess, below_floor, meets
from aggregation.rules.formula import CellSum, Figure, elements, figure
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import CellKey, Value, ValueKey, ValuePart
from aggregation.rules.revision import BASES, Basis
from shared.calendar import Period
from shared.catalogue import Measure, Target, parse_disaggregation

Cells = Mapping[tuple[str, str], CellSum]
NOTHING = CellSum()


def value(
    plan: PlanIndex, measure: Measure, unit: str, period: str, cells: Cells, as_of: datetime | None = None
) -> Value:
    """`cells`: (element, disaggregation) → sum, all of one unit, period and basis."""
    parts = _parts(plan, measure, cells)
    used = [cells.get((name, ""), NOTHING) for name in elements(measure)]
    total = whole(plan, measure, unit, figure(measure, used))
    target = measure.target_for(Period.parse(period).year)
    return Value(
        total.value,
        total.numerator,
        total.denominator,
        total.reported,
        total.expected,
        assess(measure, total, parts, target),
        total.provisional,
        below_floor(measure, total),
        above_whole(measure, total, parts),
        tuple(_value_part(part, _meets(measure, part, target)) for part in parts),
        as_of,
        needs_check=total.needs_check,
    )


def _meets(measure: Measure, part: FigurePart, target: Target | None) -> bool | None:
    if target is None or part.figure.exact is None or part.figure.needs_check or above_whole(measure, part.figure, []):
        return None
    return meets(part.figure.exact, target)


def whole(plan: PlanIndex, measure: Measure, unit: str, total: Figure) -> Figure:
    """3.2 has two owners, each with a part: the whole area is complete only with both, also while one part was never
    opened. A unit below it is complete with the part that it owes."""
    split_by = plan.catalogue.indicators[measure.indicator].split_by
    if split_by is None or unit != plan.root or total.expected == 0:
        return total
    return replace(total, expected=max(total.expected, len(plan.catalogue.dimensions[split_by].categories)))


def part_dimension(plan: PlanIndex, measure: Measure) -> str | None:
    """What a value is broken down by: the sexes (5.2), the levels (1.1), the two owners' parts (3.2)."""
    first = plan.catalogue.elements.get(measure.numerator)
    return measure.tested_by or measure.partly_by or (first.required_by if first else None)


def _parts(plan: PlanIndex, measure: Measure, cells: Cells) -> list[FigurePart]:
    dimension = part_dimension(plan, measure)
    if dimension is None:
        return []
    names = elements(measure)
    parts = []
    for disaggregation in sorted({d for name, d in cells if name in names and d}):
        split = parse_disaggregation(disaggregation)
        if list(split) == [dimension]:
            of_part = [cells.get((name, disaggregation), NOTHING) for name in names]
            parts.append(FigurePart(dimension, split[dimension], figure(measure, of_part)))
    return parts


def _value_part(part: FigurePart, meets_target: bool | None) -> ValuePart:
    f = part.figure
    return ValuePart(
        part.dimension, part.category, f.value, f.numerator, f.denominator, f.reported, f.expected, meets_target
    )


def current_values(
    plan: PlanIndex, places: Iterable[tuple[str, str, str]], cells: Mapping[CellKey, CellSum], now: datetime
) -> dict[ValueKey, Value]:
    """(measure, unit, period) → the value on each basis, as of `now`."""
    by_place: dict[tuple[str, str, Basis], dict[tuple[str, str], CellSum]] = defaultdict(dict)
    for key, cell in cells.items():
        by_place[(key.unit, key.period, key.basis)][(key.element, key.disaggregation)] = cell
    return {
        ValueKey(code, unit, period, basis): value(
            plan, plan.measures[code], unit, period, by_place[(unit, period, basis)], as_of=now
        )
        for code, unit, period in places
        for basis in BASES
    }
