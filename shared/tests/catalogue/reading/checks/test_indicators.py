"""Faults of indicators."""

import pytest

from ...plan_copy import Case, PlanCopy

CASES: dict[str, Case] = {
    "unknown objective": ("indicators", "objective: 1", "objective: 7", "unknown_objective", "7"),
    "unknown source": ("indicators", "source: EVN", "source: VNE", "unknown_source", "VNE"),
    "measure missing": ("indicators", "    measures:\n", "    measures: []\n    note_:\n", "measure_missing", "1.1"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_kind_of_fault_is_found(case: Case, plan_copy: PlanCopy) -> None:
    plan_copy.check_case(case)
