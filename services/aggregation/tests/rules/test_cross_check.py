"""The same births counted twice."""

from decimal import Decimal

from aggregation.rules.cross_check import BirthsDifference, beside, difference
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value, ValueKey


def births(numerator: int, denominator: int, *, reported: int = 28) -> Value:
    return Value(None, Decimal(numerator), Decimal(denominator), reported, 28, "not_assessed")


def compared(plan: PlanIndex, code: str, health: Value, communes: Value) -> BirthsDifference | None:
    values = {ValueKey("4.2", "DAK_NONG", "2026", "received"): health}
    values |= {ValueKey("4.1", "DAK_NONG", "2026", "received"): communes}
    return difference(plan, code, unit="DAK_NONG", period="2026", basis="received", values=values)


def test_two_complete_counts_are_compared(plan: PlanIndex) -> None:
    assert beside(plan, "4.1") == beside(plan, "4.2") == ("4.2", "4.1")
    for code in ("4.1", "4.2"):
        assert compared(plan, code, births(0, 1115), births(60, 50)) == BirthsDifference(Decimal(1115), Decimal(110))
        assert compared(plan, code, births(0, 110), births(60, 50)) is None
        assert compared(plan, code, births(0, 1115), births(60, 50, reported=27)) is None


def test_other_measures_have_no_twin(plan: PlanIndex) -> None:
    assert beside(plan, "6.1") == ()
    assert compared(plan, "6.1", births(0, 1115), births(60, 50)) is None
