"""A figure against its target: đạt, đạt một phần, chưa đạt, chưa đủ số liệu, không phát sinh."""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from aggregation.rules.formula import Figure, exact_value
from aggregation.rules.records import Value
from shared.catalogue import Measure, Target
from shared.catalogue.measure import Operator
from shared.events import Assessment

# "dưới" is <, "trên" is >: the catalogue keeps the resolution's words, nothing is rounded (docs/domain.md trap 4).
OPERATORS: Mapping[Operator, Callable[[Fraction, Fraction], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}


@dataclass(frozen=True)
class FigurePart:
    """The figure of one category: a sex (5.2) or an administrative level (1.1)."""

    dimension: str
    category: str
    figure: Figure


def meets(exact: Fraction, target: Target) -> bool:
    """Compared before rounding: 49,96 % is below 50 %. "khoảng" is met within its tolerance (`Target.bound`)."""
    return OPERATORS[target.op](exact, Fraction(target.bound))


def below_floor(measure: Measure, total: Figure) -> bool:
    """4.1: under the natural 104 boys per 100 girls the data are suspect, not a success (docs/domain.md trap 3)."""
    return measure.floor is not None and total.exact is not None and total.exact < Fraction(measure.floor)


def above_whole(measure: Measure, total: Figure, parts: Sequence[FigurePart]) -> bool:
    """A share of more than everything, in total or of one part: the data are wrong, whatever the target."""
    figures = [total, *(part.figure for part in parts)]
    return measure.share and any(f.exact is not None and f.exact > Fraction(measure.scale) for f in figures)


def assess(measure: Measure, total: Figure, parts: Sequence[FigurePart], target: Target | None) -> Assessment:
    """`target` is the one that binds in the period's year, None in the years between.

    Incomplete coverage is never judged, nor is a value that rests on a figure in doubt.
    1.1: met when the total and every level meet it, partly when some of them do.
    5.2: every sex must meet it, partly when one does. Categories without any unit or case are left aside.
    """
    if not total.complete:
        return "not_assessed"
    if total.exact is None:
        return "not_applicable"
    if target is None or total.needs_check or below_floor(measure, total) or above_whole(measure, total, parts):
        return "not_assessed"
    results = [meets(part.figure.exact, target) for part in parts if part.figure.exact is not None]
    if measure.tested_by:
        return together(results)
    return together([meets(total.exact, target), *(results if measure.partly_by else ())])


def together(results: Sequence[bool]) -> Assessment:
    if not results:
        return "not_assessed"
    return "met" if all(results) else "partly_met" if any(results) else "not_met"


@dataclass(frozen=True)
class FigureResult:
    """Whether one of the figures that a measure is judged by meets the target; without a category it is the total."""

    dimension: str | None
    category: str | None
    meets: bool


def results(measure: Measure, value: Value, target: Target | None) -> list[FigureResult]:
    """What a stored value was judged by, the total first: why it is met in part only. [] where it was not judged."""
    if target is None or value.assessment not in ("met", "partly_met", "not_met"):
        return []
    exact = exact_value(measure, value)
    total = [] if measure.tested_by or exact is None else [FigureResult(None, None, meets(exact, target))]
    if not (measure.tested_by or measure.partly_by):
        return total
    return total + [FigureResult(p.dimension, p.category, p.meets) for p in value.parts if p.meets is not None]


def combine(assessments: Iterable[Assessment]) -> Assessment:
    """An indicator of several measures (3.2, 5.2, 5.4): met when each is, partly when some is (docs/domain.md 3.1)."""
    judged = [a for a in assessments if a != "not_applicable"]
    if not judged:
        return "not_applicable"
    if "not_assessed" in judged:
        return "not_assessed"
    if all(a == "met" for a in judged):
        return "met"
    return "not_met" if all(a == "not_met" for a in judged) else "partly_met"
