"""How each kind of measure is computed."""

from decimal import Decimal

from aggregation.rules.plan import PlanIndex
from services.aggregation.tests.rules.formula.test_figure import cell, computed


def test_every_kind_of_measure(plan: PlanIndex) -> None:
    births = {"n_live_births_male.4.1": cell(6109), "n_live_births_female.4.1": cell(5365)}
    assert computed(plan, "4.1", births).value == Decimal("113.867661")
    assert computed(plan, "1.1", {"female_key_leader": cell(12, 28, 28, valued=28)}).value == Decimal("42.857143")
    items = {"n_items_in_quarter.every_quarter": cell(27, 28, 28, valued=28)}
    assert computed(plan, "6.3", items).value == Decimal("96.428571")
    hours = {
        "total_unpaid_hours_female.3.1": cell(3100),
        "n_persons_unpaid_female.3.1": cell(200),
        "total_unpaid_hours_male.3.1": cell(860),
        "n_persons_unpaid_male.3.1": cell(100),
    }
    mean = computed(plan, "3.1", hours)
    assert (mean.numerator, mean.denominator, mean.value) == (Decimal("15.5"), Decimal("8.6"), Decimal("1.802326"))
    assert computed(plan, "4.4", {"n_lgbt_pilot_facilities": cell(2)}).value == 2
    assert computed(plan, "5.1", {"gender_curriculum_in_place": cell(1)}).value == 1
    assert computed(plan, "5.1", {}).value is None
