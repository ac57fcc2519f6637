"""Faults of single values."""

import pytest

from ..plan_copy import Case, PlanCopy

CASES: dict[str, Case] = {
    "bad date": ("agencies", "valid_to: 2025-03-01", "valid_to: 2025-02-29", "bad_date", "2025-02-29"),
    "bad date written the Vietnamese way": ("plan", "2021-04-06", "06/04/2021", "bad_date", "06/04/2021"),
    "bad decimal": ("indicators", "value: 1.7", 'value: "1,7"', "bad_decimal", "1,7"),
    "bad operator": ("indicators", 'op: "<"', 'op: "=<"', "bad_operator", "=<"),
    "bad flag": ("elements", "sensitive: true", "sensitive: maybe", "bad_flag", "maybe"),
    "missing Vietnamese text": ("elements", 'vi: "Tổng dân số"', 'vi: ""', "missing_text", "vi"),
    "text not in NFC": ("units", "Đắk Nông area", "Đa\u0306\u0301k Nông area", "not_nfc", "en"),
    "bad code": ("elements", "id: population", 'id: "dân số"', "bad_code", "dân số"),
    "bad integer": ("calendar", "day: 15, year_offset", "day: 31, year_offset", "bad_integer", "31"),
    "break without a name": ("plan", 'vi: "sắp xếp 01/7/2025"', 'vi: ""', "missing_text", "vi"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_kind_of_fault_is_found(case: Case, plan_copy: PlanCopy) -> None:
    plan_copy.check_case(case)
