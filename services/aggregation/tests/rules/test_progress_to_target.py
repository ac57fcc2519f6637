"""The bar of a row: how far a value has come."""

from decimal import Decimal

from aggregation.rules.plan import PlanIndex
from aggregation.rules.progress_to_target import progress_to_target


def test_the_way_to_the_target(plan: PlanIndex) -> None:
    up = progress_to_target(plan.measures["6.1"], Decimal(40), (2025, 2030))
    assert up is not None and (up.percent, up.marks[0][0]) == (Decimal("50.0"), Decimal("75.0"))
    down = progress_to_target(plan.measures["4.3"], Decimal(18), (2025, 2030))
    assert down is not None and (down.start, down.percent) == (Decimal(23), Decimal("100.0"))
    ratio = progress_to_target(plan.measures["3.1"], Decimal("1.8"), (2025, 2030))
    assert ratio is not None and ratio.percent is not None and 0 < ratio.percent < ratio.marks[0][0] < 100
