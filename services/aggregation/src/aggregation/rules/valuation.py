"""From the cells of a place to the value of a measure there: total, parts, assessment."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aggregation.rules.assessment import Part, above_whole, assess, below_floor, meets
from aggregation.rules.formula import CellSum, Figure, elements, figure
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value
from shared.calendar import Period
from shared.catalogue import Measure, Target, parse_disaggregation

Cells = Mapping[tuple[str, str], CellSum]


def value(plan: PlanIndex, measure: Measure, period: str, cells: Cells) -> Value:
    """`cells`: (element, disaggregation) → sum, all of one unit, period and basis."""
    names = elements(measure)
    parts = _parts(plan, measure, cells)
    total = whole(plan, measure, figure(measure, {name: cells.get((name, ""), CellSum()) for name in names}))
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
        tuple(_told(part, _meets(measure, part, target)) for part in parts),
    )


def _meets(measure: Measure, part: Part, target: Target | None) -> bool | None:
    if target is None or part.figure.exact is None or above_whole(measure, part.figure, []):
        return None
    return meets(part.figure.exact, target)


def whole(plan: PlanIndex, measure: Measure, total: Figure) -> Figure:
    """3.2 has two owners, each with a part: it is complete only with both, also while one part was never opened."""
    split_by = plan.catalogue.indicators[measure.indicator].split_by
    if split_by is None or total.expected == 0:
        return total
    return replace(total, expected=max(total.expected, len(plan.catalogue.dimensions[split_by].categories)))


def part_dimension(plan: PlanIndex, measure: Measure) -> str | None:
    """What a value is broken down by: the sexes (5.2), the levels (1.1), the two owners' parts (3.2)."""
    first = plan.catalogue.elements.get(measure.numerator)
    return measure.tested_by or measure.partly_by or (first.required_by if first else None)


def _parts(plan: PlanIndex, measure: Measure, cells: Cells) -> list[Part]:
    dimension = part_dimension(plan, measure)
    if dimension is None:
        return []
    names = elements(measure)
    found = []
    for disaggregation in sorted({d for name, d in cells if name in names and d}):
        split = parse_disaggregation(disaggregation)
        if list(split) == [dimension]:
            of_part = {name: cells.get((name, disaggregation), CellSum()) for name in names}
            found.append(Part(dimension, split[dimension], figure(measure, of_part)))
    return found


def _told(part: Part, met: bool | None) -> Mapping[str, Any]:
    f = part.figure
    numbers = {"value": f.value, "numerator": f.numerator, "denominator": f.denominator}
    return {
        "dimension": part.dimension,
        "category": part.category,
        **{name: None if number is None else format(number, "f") for name, number in numbers.items()},
        "reported": f.reported,
        "expected": f.expected,
        "meets": met,
    }
