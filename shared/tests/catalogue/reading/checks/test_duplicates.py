"""Codes that stand twice."""

import pytest

from ...plan_copy import Case, PlanCopy

CASES: dict[str, Case] = {
    "duplicate code": ("obligations", "{code: O2,", "{code: O1,", "duplicate_code", "O1"),
    "milestone twice": ("plan", "{year: 2030,", "{year: 2025,", "duplicate_code", "milestone 2025"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_kind_of_fault_is_found(case: Case, plan_copy: PlanCopy) -> None:
    plan_copy.check_case(case)
