"""Exact decimal numbers: the one rounding of this system, and how large a reported figure may be."""

from decimal import Context, Decimal
from fractions import Fraction

LARGEST = Decimal(10) ** 12
PLACES = 6
"""No reported figure is above LARGEST or has more decimals than PLACES."""
LARGEST_SUM = Decimal(10) ** 30
"""No sum of such figures, and no quotient of two sums, is above it: far more than all units of a country give."""

WIDE = Context(prec=120)
"""Holds every number up to LARGEST_SUM with its decimals; Python's own 28 digits would refuse it or round it."""


def half_up(value: Decimal | Fraction | int, decimals: int) -> Decimal:
    """`value` with `decimals` places, a last 5 away from zero: 111.25 is 111.3 to one place, 0.05 is 0.1.

    The only rounding there is, so that a page, a chart, an event and the log write one number alike. Exact for any
    fraction: it is rounded once, from the fraction itself.
    """
    numerator, denominator = value.as_integer_ratio()
    whole = (abs(numerator) * 10**decimals * 2 + denominator) // (2 * denominator)
    return Decimal((int(numerator < 0), Decimal(whole).as_tuple().digits, -decimals))


def plain(value: Decimal) -> str:
    """The shortest plain text of a number, so that 12, 12.0 and 012 are the same: `12`. Never an exponent."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def decimals_of(value: Decimal) -> int:
    """How many decimals a number needs: 1 for 12.50. Never writes them out: 1E-400000000 is a few bytes of an event."""
    if value.is_finite() and -LARGEST <= value <= LARGEST and value == int(value):
        return 0  # nearly every figure is whole, and taking one apart costs more than all else that is asked of it
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise ValueError(f"{value} is no number")  # noqa: TRY004  # a number by its type
    significant = len(digits)
    while significant > 1 and exponent < 0 and digits[significant - 1] == 0:
        significant, exponent = significant - 1, exponent + 1
    return max(-exponent, 0) if any(digits) else 0
