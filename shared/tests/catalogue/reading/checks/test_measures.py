"""Faults of measures: their formula and their targets."""

import pytest

from ...plan_copy import Case, PlanCopy

CASES: dict[str, Case] = {
    "unknown element in a formula": (
        "indicators",
        "numerator: n_female_wage_workers",
        "numerator: n_wage",
        "unknown_element",
        "n_wage",
    ),
    "unknown dimension tested": ("indicators", "tested_by: sex", "tested_by: age", "unknown_dimension", "age"),
    "target missing": (
        "indicators",
        '          - {year: 2030, op: ">=", value: 75}\n',
        "",
        "target_missing",
        "2030",
    ),
    "target twice": ("indicators", "{year: 2030, op", "{year: 2025, op", "duplicate_target", "2025"),
    "formula without denominator": (
        "indicators",
        "        denominator: n_female_employed\n",
        "",
        "denominator_missing",
        "2.1",
    ),
    "denominator without a formula": (
        "indicators",
        "numerator: female_key_leader",
        "numerator: female_key_leader\n        denominator: population",
        "denominator_unexpected",
        "1.1",
    ),
    "mean without persons": (
        "indicators",
        "        numerator_persons: n_persons_unpaid_female\n",
        "",
        "persons_missing",
        "3.1",
    ),
    "flag count over a number": (
        "indicators",
        "numerator: female_key_leader",
        "numerator: population",
        "not_a_flag",
        "population",
    ),
    "tested by what is not reported": (
        "elements",
        'unit_vi: "học sinh", unit_en: "pupils", required_by: sex',
        'unit_vi: "học sinh", unit_en: "pupils"',
        "not_disaggregated",
        "5.2a",
    ),
    "minimum missing": ("indicators", "        quarter_minimum: 4\n", "", "minimum_missing", "6.3"),
    "minimum of nothing": ("indicators", "quarter_minimum: 4", "quarter_minimum: 0", "bad_decimal", "above zero"),
    "count of a quarter asked for once a year": (
        "forms",
        "frequency: quarter",
        "frequency: year",
        "not_quarterly",
        "n_items_in_quarter once a year",
    ),
    "count of a quarter that decides two measures": (
        "indicators",
        "kind: ratio_of_sums\n        numerator: n_female_wage_workers",
        "kind: every_quarter\n        quarter_minimum: 4\n        numerator: n_items_in_quarter",
        "decided_twice",
        "n_items_in_quarter decides measure 2.1 already",
    ),
    "one side of a measure not applicable": (
        "elements",
        "{id: n_people_reached, kind: count,",
        "{id: n_people_reached, kind: count, may_be_not_applicable: true,",
        "not_applicable_in_part",
        "measure 6.1",
    ),
    "about without a tolerance": ("indicators", ", tolerance: 0.5", "", "tolerance_missing", "2.1"),
    "tolerance of a plain target": (
        "indicators",
        '{year: 2025, op: ">=", value: 60}',
        '{year: 2025, op: ">=", value: 60, tolerance: 1}',
        "tolerance_unexpected",
        "1.1",
    ),
    "tolerance of nothing": ("indicators", "tolerance: 0.5", "tolerance: 0", "bad_decimal", "above zero"),
    "note in one language": ("indicators", "note_vi:", "note_vie:", "missing_text", "note_vi"),
    "milestone without targets": ("plan", "{year: 2025,", "{year: 2026,", "target_missing", "no target for 2026"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_kind_of_fault_is_found(case: Case, plan_copy: PlanCopy) -> None:
    plan_copy.check_case(case)
