"""How each kind of measure is computed and shown: one row a kind. What a kind asks of the catalogue stands in
`shared/catalogue/measure_kind.py`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from aggregation.rules.formula.cell_sum import CellSum
from shared.catalogue.measure import MeasureKind

Sides = tuple[Fraction | None, Fraction | None]


@dataclass(frozen=True, slots=True)
class Strategy:
    """What the rules and the pages must know of a kind of measure. Two things more depend on it: the words of the two
    sides (`pages/measure_view.sums_of`), and a kind counted in quarters has a flag of its own (`rules/every_quarter`).

    sides: the sums of the measure's elements, in their order → numerator and denominator; None where there is none.
    tells_denominator: False for a single number, whose denominator of 1 is never shown.
    needs_every_element: không phát sinh for one element alone makes a unit's answer absurd, not only for the whole.
    counts_answers: it counts units that answered yes, so that "nothing occurred" is no word for it.
    is_yes_or_no: the value itself is yes (1) or not yes.
    keeps_sides: the stored numerator and denominator are exact sums, so that the exact value can be had from them.
    """

    sides: Callable[[Sequence[CellSum]], Sides]
    tells_denominator: bool = True
    needs_every_element: bool = False
    counts_answers: bool = False
    is_yes_or_no: bool = False
    keeps_sides: bool = True


def _sums(used: Sequence[CellSum]) -> Sides:
    return used[0].count, used[-1].count


def _answers(used: Sequence[CellSum]) -> Sides:
    return used[0].count, Fraction(used[0].valued) if used[0].reported else None


def _means(used: Sequence[CellSum]) -> Sides:
    return _mean(used[0], used[1]), _mean(used[2], used[3])


def _mean(amount: CellSum, persons: CellSum) -> Fraction | None:
    total, count = amount.count, persons.count
    return None if total is None or not count else total / count


def _single(used: Sequence[CellSum]) -> Sides:
    return used[0].count if used[0].valued else None, Fraction(1)


RATIO_OF_SUMS = Strategy(_sums)
FLAG_COUNT = Strategy(_answers, counts_answers=True)
EVERY_QUARTER = Strategy(_answers, counts_answers=True)
RATIO_OF_MEANS = Strategy(_means, needs_every_element=True, keeps_sides=False)
MILESTONE = Strategy(_single, tells_denominator=False, counts_answers=True, is_yes_or_no=True)
NATIONAL_ONLY = Strategy(_single, tells_denominator=False)


def strategy(kind: MeasureKind) -> Strategy:
    """The row of a kind. Until a new kind has one, mypy refuses this function and nothing of the kind is computed."""
    match kind:
        case "ratio_of_sums":
            return RATIO_OF_SUMS
        case "flag_count":
            return FLAG_COUNT
        case "every_quarter":
            return EVERY_QUARTER
        case "ratio_of_means":
            return RATIO_OF_MEANS
        case "milestone":
            return MILESTONE
        case "national_only":
            return NATIONAL_ONLY
        case _:
            assert_never(kind)
