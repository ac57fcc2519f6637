"""How many digits of a value are shown: never so few that it reads as if it stood on the other side of its target."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from aggregation.rules.formula.kinds import strategy
from shared.catalogue import Measure
from shared.text.decimals import half_up

MOST = 40
"""Two counts of up to 10^12 and a bound of six decimals lie at least 10^-30 apart."""


class Figures(Protocol):
    """A `Value` or one of its parts, as stored."""

    @property
    def value(self) -> Decimal | None: ...
    @property
    def numerator(self) -> Decimal | None: ...
    @property
    def denominator(self) -> Decimal | None: ...


class Bounded(Protocol):
    """A `Target`: `value` as the text has it, `bound` with the tolerance of "khoảng"."""

    @property
    def value(self) -> Decimal: ...
    @property
    def bound(self) -> Decimal: ...


def exact_value(measure: Measure, figures: Figures) -> Fraction | None:
    """The value before it was rounded to 6 decimals, where its two sides are kept; else the stored one."""
    numerator, denominator = figures.numerator, figures.denominator
    if figures.value is None:
        return None
    if not strategy(measure.kind).keeps_sides or numerator is None or not denominator:
        return Fraction(figures.value)
    return Fraction(measure.scale) * Fraction(numerator) / Fraction(denominator)


def shown(measure: Measure, figures: Figures, target: Bounded | None = None) -> tuple[Decimal | None, int]:
    """The value as it is read and its number of decimals: the measure's, or as many more as it takes to see on which
    side of the target it stands. 49,96 % against 50 % is 49,96 %, not 50,0 %."""
    exact = exact_value(measure, figures)
    if exact is None:
        return None, measure.decimals
    bounds = [] if target is None else [Fraction(target.value), Fraction(target.bound)]
    decimals = telling_decimals(exact, bounds, measure.decimals)
    return half_up(exact, decimals), decimals


def telling_decimals(exact: Fraction, bounds: Iterable[Fraction], least: int) -> int:
    """The fewest decimals, from `least` on, at which the rounded value compares to every bound as the exact one."""
    sides = [(bound, _sign(exact - bound)) for bound in bounds]
    for decimals in range(least, MOST):
        rounded = Fraction(half_up(exact, decimals))
        if all(_sign(rounded - bound) == side for bound, side in sides):
            return decimals
    return MOST


def _sign(difference: Fraction) -> int:
    return (difference > 0) - (difference < 0)
