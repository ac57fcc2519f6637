"""Faults of the keys of an entry: unknown, missing, or with a value that is no choice."""

import pytest

from ..plan_copy import Case, PlanCopy

CASES: dict[str, Case] = {
    "unknown key": (
        "indicators",
        "direction: higher",
        "direction: higher\n        colour: red",
        "unknown_key",
        "colour",
    ),
    "reminders missing": ("calendar", "  after: [1, 3, 7]\n", "", "missing_key", "after"),
    "bad choice": ("indicators", "direction: lower", "direction: down", "bad_choice", "down"),
    "missing English text": ("indicators", 'en: "Sex ratio at birth"', "", "missing_text", "en"),
    "milestones missing": ("plan", "  milestones:", "  milestones_:", "missing_key", "milestones"),
    "breaks missing": ("plan", "  breaks:", "  breaks_:", "missing_key", "breaks"),
    "milestone without a name": ("plan", ', en: "Final review"', "", "missing_text", "en"),
    "unknown level": ("units", "level: district", "level: province", "bad_choice", "province"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_kind_of_fault_is_found(case: Case, plan_copy: PlanCopy) -> None:
    plan_copy.check_case(case)


def test_a_plan_without_its_years_is_told_where_they_belong(plan_copy: PlanCopy) -> None:
    plan = plan_copy.folder / "plan.yaml"
    text = plan.read_text(encoding="utf-8")
    start, end = text.index("  # The years whose targets"), text.index("  root: DAK_NONG")
    plan.write_text(text[:start] + text[end:], encoding="utf-8")
    line = text[: text.index("  code:")].count("\n") + 1
    found = {(fault.file, fault.line, fault.message.split()[0]) for fault in plan_copy.faults()}
    assert found >= {(str(plan), line, "'milestones'"), (str(plan), line, "'breaks'")}
