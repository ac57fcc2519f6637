"""What may be seen of counts about victims and the like."""

from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from aggregation.rules.masking import coarse, masked, may_see, past
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value, ValueKey

COMMUNE, ROOT = "24736@2025-07-01", "DAK_NONG"


@dataclass(frozen=True)
class Somebody:
    role: str
    unit: str = ROOT


def births(count: int, *, reported: int = 1, expected: int = 1) -> Value:
    rate = Decimal(count) * 1000 / Decimal(300)
    return Value(rate, Decimal(count), Decimal(300), reported, expected, "met")


def key(unit: str, measure: str = "4.3") -> ValueKey:
    return ValueKey(measure, unit, "2026", "received")


@pytest.mark.parametrize(("count", "withheld"), [(0, False), (1, True), (4, True), (5, False)])
def test_a_count_of_one_to_four_is_withheld_with_its_rate(plan: PlanIndex, count: int, withheld: bool) -> None:
    value = masked(plan, key(COMMUNE), births(count))
    assert value.suppressed == withheld
    assert (value.value, value.numerator, value.denominator) == (None,) * 3 or not withheld
    assert masked(plan, key(ROOT), births(count)) == births(count)


def test_what_is_not_sensitive_is_shown(plan: PlanIndex) -> None:
    assert masked(plan, key(COMMUNE, "6.1"), births(2)) == births(2)


def test_an_incomplete_sum_of_several_units_is_rounded(plan: PlanIndex) -> None:
    value = coarse(plan, key(ROOT), births(100, reported=27, expected=28))
    assert (str(value.value), value.numerator, value.denominator, value.suppressed) == ("333.3", None, None, True)
    assert coarse(plan, key(ROOT), births(100)) == births(100)
    assert not coarse(plan, key(COMMUNE), births(100, reported=0)).suppressed


def test_coordinator_and_auditor_see_past_sums_exactly(plan: PlanIndex) -> None:
    value = births(100, reported=27, expected=28)
    for role in ("coordinator", "auditor"):
        assert past(plan, Somebody(role), key(ROOT), value) == value
    assert past(plan, Somebody("leader"), key(ROOT), value) == coarse(plan, key(ROOT), value)
    small = replace(births(2), expected=1)
    assert past(plan, Somebody("auditor"), key(COMMUNE), small).suppressed


def test_a_unit_sees_its_own_contributions(plan: PlanIndex) -> None:
    assert may_see(plan, Somebody("reporter", COMMUNE), COMMUNE, "n_adolescent_births")
    assert not may_see(plan, Somebody("reporter"), COMMUNE, "n_adolescent_births")
    assert may_see(plan, Somebody("reporter"), COMMUNE, "population")
