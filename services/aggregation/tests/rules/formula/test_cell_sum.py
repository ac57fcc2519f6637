"""What a sum over units says."""

from decimal import Decimal
from fractions import Fraction

from aggregation.rules.formula import CellSum


def test_reported_without_a_number_adds_nothing() -> None:
    assert CellSum(Decimal("2.5"), valued=1, reported=1).count == Fraction(5, 2)
    assert CellSum(None, reported=1, expected=2).count == 0
    assert CellSum(None, expected=2).count is None
