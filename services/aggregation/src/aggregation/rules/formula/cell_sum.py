from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True)
class CellSum:
    """Sum over the units below. `valued` have a number, `reported` answered (also không phát sinh), `expected` must.

    `implausible` of the numbers are in doubt.
    """

    value: Decimal | None = None
    valued: int = 0
    reported: int = 0
    expected: int = 0
    estimates: int = 0
    implausible: int = 0

    @property
    def count(self) -> Fraction | None:
        """Reported without a number is không phát sinh: nothing occurred, so it adds nothing."""
        if self.value is not None:
            return Fraction(self.value)
        return Fraction(0) if self.reported else None
