"""Faults of obligations."""

import pytest

from ...plan_copy import Case, PlanCopy

CASES: dict[str, Case] = {
    "unknown unit in an obligation": ("obligations", "via: SO_LDTBXH", "via: SO_LD", "unknown_unit", "SO_LD"),
    "key missing": ("obligations", "by: [ALL], ", "", "missing_key", "O1"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_kind_of_fault_is_found(case: Case, plan_copy: PlanCopy) -> None:
    plan_copy.check_case(case)


def test_a_plan_under_which_nobody_can_inspect_is_told(plan_copy: PlanCopy) -> None:
    plan_copy.edit("obligations", "kind: inspection", "kind: review")
    assert not plan_copy.faults()
    plan_copy.edit("obligations", "kind: inspection", "kind: review")
    [fault] = plan_copy.faults()
    assert (fault.code, "of the kind inspection" in fault.message) == ("no_inspection", True)
