"""Faults of forms: what they refer to, who fills them in, the bounds of their figures."""

import pytest

from ...plan_copy import Case, PlanCopy

CASES: dict[str, Case] = {
    "unknown unit on a form": ("forms", "units: [MTTQ_TINH]", "units: [MTTQ]", "unknown_unit", "MTTQ"),
    "unknown element on a form": ("forms", "[n_items_in_quarter]", "[n_items]", "unknown_element", "n_items"),
    "unknown category": ("forms", "violence_type=BLGD", "violence_type=XYZ", "unknown_category", "XYZ"),
    "unknown obligation": ("forms", "obligation: O1", "obligation: O99", "unknown_obligation", "O99"),
    "unknown due rule": ("forms", "due: quarter_before_15", "due: someday", "unknown_due_rule", "someday"),
    "form of a dissolved body": (
        "forms",
        "{units: [SO_KHDT], valid_from: 2021-04-06, valid_to: 2025-03-01,",
        "{units: [SO_KHDT], valid_from: 2021-04-06,",
        "unit_not_valid",
        "SO_KHDT",
    ),
    "duplicate field": (
        "forms",
        "[n_items_in_quarter]",
        "[n_items_in_quarter, n_items_in_quarter]",
        "duplicate_field",
        "n_items_in_quarter",
    ),
    "bad disaggregation": ("forms", "violence_type=BLGD", "violence_type", "bad_disaggregation", "B08-BLGD"),
    "hours without bounds": (
        "forms",
        "      - {kind: hours_of_persons, hours: total_unpaid_hours_male, persons: n_persons_unpaid_male, "
        "at_least: 1, at_most: 168}\n",
        "",
        "bounds_missing",
        "total_unpaid_hours_male",
    ),
    "bounds the wrong way round": (
        "forms",
        "at_least: 1, at_most: 168",
        "at_least: 168, at_most: 1",
        "bad_interval",
        "168",
    ),
    "ratio the wrong way round": (
        "forms",
        "at_least: 0.5, at_most: 2,",
        "at_least: 2, at_most: 0.5,",
        "bad_interval",
        "2",
    ),
    "ratio without a floor": ("forms", "at_most: 2, floor: 30", "at_most: 2", "missing_key", "floor"),
    "ratio beside no case at all": ("forms", "at_most: 2, floor: 30", "at_most: 2, floor: 0", "bad_interval", "floor"),
    "ratio to itself": (
        "forms",
        "plausible_ratio, numerator: n_live_births_male, denominator: n_live_births_female",
        "plausible_ratio, numerator: n_live_births_male, denominator: n_live_births_male",
        "bad_choice",
        "itself",
    ),
    "ratio to a yes": (
        "forms",
        "plausible_ratio, numerator: n_live_births_male, denominator: n_live_births_female",
        "plausible_ratio, numerator: n_live_births_male, denominator: female_key_leader",
        "bad_choice",
        "female_key_leader",
    ),
    "ratio to what is not on the form": (
        "forms",
        "plausible_ratio, numerator: n_live_births_male, denominator: n_live_births_female",
        "plausible_ratio, numerator: n_live_births_male, denominator: n_phd_total",
        "unknown_element",
        "n_phd_total",
    ),
    "hours of what are no persons": (
        "forms",
        "persons: n_persons_unpaid_male",
        "persons: n_phd_total",
        "bad_choice",
        "n_phd",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_kind_of_fault_is_found(case: Case, plan_copy: PlanCopy) -> None:
    plan_copy.check_case(case)
