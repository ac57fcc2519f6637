"""A stored value with what the catalogue says about its measure."""

from decimal import Decimal

import pytest

from aggregation.http.presenters import bound, history_item, item, target_of
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value, ValuePart
from services.aggregation.tests.drivers.event_writer import NOW


def test_the_target_of_the_year_binds_the_next_one_does_not(plan: PlanIndex) -> None:
    binding, ahead = target_of(plan.measures["6.1"], "2025"), target_of(plan.measures["6.1"], "2024")
    assert binding is not None and (binding.year, binding.binding) == (2025, True)
    assert ahead is not None and (ahead.year, ahead.binding) == (2025, False)


def test_a_share_of_everything_needs_no_sign(plan: PlanIndex) -> None:
    assert bound(plan.measures["6.1"], ">=", "60") == "≥ 60"
    assert bound(plan.measures["6.1"], ">=", "100") == "100"
    assert bound(plan.measures["4.1"], "<=", "111") == "≤ 111"


def test_parts_go_out_as_exact_strings(plan: PlanIndex) -> None:
    part = ValuePart("sex", "male", Decimal("66.666667"), Decimal("1E+2"), None, 1, 2, None)
    value = Value(Decimal("1E+1"), None, None, 1, 2, "not_assessed", parts=(part,))
    answer = item(plan.measures["5.2a"], "DAK_NONG", "2025", "received", value, "en").model_dump(mode="json")
    assert answer["value"] == "10" and answer["name"] == plan.measures["5.2a"].name_en
    assert answer["parts"] == [
        {"dimension": "sex", "category": "male", "value": "66.666667", "numerator": "100", "denominator": None,
         "reported": 1, "expected": 2, "meets": None}
    ]  # fmt: skip


def test_a_measure_without_a_value_is_an_item(plan: PlanIndex) -> None:
    answer = item(plan.measures["6.1"], "DAK_NONG", "2025", "received", None, "vi")
    assert (answer.value, answer.expected, answer.assessment) == (None, 0, "not_assessed")


def test_a_value_of_the_history_has_its_instant() -> None:
    value = Value(None, None, None, 0, 1, "not_assessed", as_of=NOW)
    assert history_item("6.1", "DAK_NONG", "2025", "received", value).as_of == NOW
    with pytest.raises(ValueError, match="instant"):
        history_item("6.1", "DAK_NONG", "2025", "received", Value(None, None, None, 0, 1, "not_assessed"))
