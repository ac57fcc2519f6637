"""Faults of the plan's years: milestones, targets, breaks."""

import pytest

from ...plan_copy import Case, PlanCopy

CASES: dict[str, Case] = {
    "no milestone at all": (
        "plan",
        '\n    - {year: 2025, vi: "Sơ kết", en: "Mid-term review"}'
        '\n    - {year: 2030, vi: "Tổng kết", en: "Final review"}',
        " []",
        "missing_key",
        "milestones",
    ),
    "milestone after the plan": ("plan", "{year: 2030,", "{year: 2031,", "outside_plan", "milestone 2031"),
    "target after the plan": ("indicators", "{year: 2030, op", "{year: 2035, op", "outside_plan", "target of 2035"),
    "plan that ends before it begins": ("plan", "valid_to: 2031", "valid_to: 2011", "bad_interval", "2011-01-01"),
    "break after the plan": ("plan", "date: 2025-07-01", "date: 2031-07-01", "outside_plan", "break 2031-07-01"),
    "break on a day without a change": (
        "plan",
        "date: 2025-07-01",
        "date: 2025-07-02",
        "break_without_change",
        "2025-07-02",
    ),
    "merge without a break": ("plan", "date: 2025-07-01", "date: 2025-03-01", "break_missing", "2025-07-01"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_kind_of_fault_is_found(case: Case, plan_copy: PlanCopy) -> None:
    plan_copy.check_case(case)
