"""How far a value has come towards the last target, for the small bar of a row."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from shared.catalogue import Measure, Target
from shared.text.decimals import half_up

ROOM = Decimal("1.25")


@dataclass(frozen=True)
class ProgressToTarget:
    """`percent`: 0..100 from `start` to the last target; None without a value. `marks`: (percent, target)."""

    start: Decimal
    end: Target
    percent: Decimal | None
    marks: tuple[tuple[Decimal, Target], ...]


def progress_to_target(measure: Measure, value: Decimal | None, milestones: Collection[int]) -> ProgressToTarget | None:
    """`milestones` are the years of the plan whose targets are marked.

    Higher is better: from 0. Lower is better: from the baseline, or a quarter above the first target, downwards.
    """
    targets = sorted(measure.targets, key=lambda target: target.year)
    if not targets:
        return None
    end = targets[-1]
    match measure.direction:
        case "higher":
            start = Decimal(0)
        case "lower":
            start = measure.baseline or max(target.value for target in targets) * ROOM
        case _:
            assert_never(measure.direction)
    span = end.value - start
    if span == 0:
        return None

    def at(number: Decimal) -> Decimal:
        return half_up(min(max(Fraction(number - start) / Fraction(span) * 100, Fraction(0)), Fraction(100)), 1)

    marks = tuple((at(target.value), target) for target in targets[:-1] if target.year in milestones)
    return ProgressToTarget(start, end, None if value is None else at(value), marks)
