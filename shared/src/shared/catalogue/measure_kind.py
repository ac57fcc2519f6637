"""What each kind of measure asks of the catalogue: one row a kind.

How a kind is computed stands in `aggregation/rules/formula/kinds.py`.
"""

from dataclasses import dataclass
from typing import assert_never

from shared.catalogue.measure import MeasureKind


@dataclass(frozen=True, slots=True)
class KindNeeds:
    """`denominator`: an element of its own below the line. `persons`: an element on each side, whose mean is taken.

    `yes_no`: the numerator is a yes/no element. `quarters`: it is counted every quarter, against `quarter_minimum`.
    """

    denominator: bool = False
    persons: bool = False
    yes_no: bool = False
    quarters: bool = False


RATIO_OF_SUMS = KindNeeds(denominator=True)
RATIO_OF_MEANS = KindNeeds(denominator=True, persons=True)
FLAG_COUNT = KindNeeds(yes_no=True)
MILESTONE = KindNeeds(yes_no=True)
EVERY_QUARTER = KindNeeds(quarters=True)
NATIONAL_ONLY = KindNeeds()


def needs_of(kind: MeasureKind) -> KindNeeds:
    """The row of a kind. Until a new kind has one, mypy refuses this function."""
    match kind:
        case "ratio_of_sums":
            return RATIO_OF_SUMS
        case "ratio_of_means":
            return RATIO_OF_MEANS
        case "flag_count":
            return FLAG_COUNT
        case "milestone":
            return MILESTONE
        case "every_quarter":
            return EVERY_QUARTER
        case "national_only":
            return NATIONAL_ONLY
        case _:
            assert_never(kind)
