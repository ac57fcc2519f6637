"""Faults of data elements."""

import pytest

from ...plan_copy import Case, PlanCopy

CASES: dict[str, Case] = {
    "unknown dimension": ("elements", "optional_by: [sex]", "optional_by: [age]", "unknown_dimension", "age"),
    "flag that may be not applicable": (
        "elements",
        "{id: female_key_leader, kind: flag,",
        "{id: female_key_leader, kind: flag, may_be_not_applicable: true,",
        "not_a_count",
        "female_key_leader",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_kind_of_fault_is_found(case: Case, plan_copy: PlanCopy) -> None:
    plan_copy.check_case(case)
