"""Faults of units: their validity, their tree, and what became of them."""

import pytest

from ...plan_copy import Case, PlanCopy

CASES: dict[str, Case] = {
    "unknown unit as parent": ("units", 'parent: "660"', 'parent: "999"', "unknown_unit", "999"),
    "unknown group": ("agencies", "successor: UBND_XA", "successor: UBND_PHUONG", "unknown_unit", "UBND_PHUONG"),
    "unknown unit merged": ("units", 'from: ["24616"]', 'from: ["24699", "11111"]', "unknown_unit", "11111"),
    "gap in a code's validity": (
        "units",
        'code: "24736", level: commune, kind: xa, vi: "Xã Quảng Trực", en: "Quảng Trực Commune", parent: DAK_NONG, '
        "valid_from: 2025-07-01",
        'code: "24736", level: commune, kind: xa, vi: "Xã Quảng Trực", en: "Quảng Trực Commune", parent: DAK_NONG, '
        "valid_from: 2025-08-01",
        "validity_gap",
        "24736",
    ),
    "overlap in a code's validity": (
        "units",
        'parent: "667", valid_from: 2021-01-01, valid_to: 2025-07-01',
        'parent: "667", valid_from: 2021-01-01, valid_to: 2025-08-01',
        "validity_overlap",
        "24736",
    ),
    "bad interval": ("agencies", "valid_to: 2025-03-01", "valid_to: 2020-03-01", "bad_interval", "2020-03-01"),
    "cycle in the tree": (
        "units",
        'code: "660", level: district, kind: thanh_pho, vi: "Thành phố Gia Nghĩa", en: "Gia Nghĩa City", '
        "parent: DAK_NONG",
        'code: "660", level: district, kind: thanh_pho, vi: "Thành phố Gia Nghĩa", en: "Gia Nghĩa City", '
        'parent: "24611"',
        "tree_cycle",
        "660@2021-01-01",
    ),
    "parent gone before the child": (
        "units",
        'en: "Tuy Đức District", parent: DAK_NONG, valid_from: 2021-01-01, valid_to: 2025-07-01',
        'en: "Tuy Đức District", parent: DAK_NONG, valid_from: 2021-01-01, valid_to: 2025-06-01',
        "parent_not_valid",
        "667@2021-01-01",
    ),
    "successor missing": (
        "agencies",
        ", successors: [{code: SO_TAI_CHINH, confirmed: true}]",
        "",
        "successor_missing",
        "SO_KHDT",
    ),
    "commune without successor": ("units", ', "24622"]', "]", "successor_missing", "24622@2021-01-01"),
    "commune mapped twice": ("units", 'from: ["24616"]', 'from: ["24616", "24622"]', "mapped_twice", "24622"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_kind_of_fault_is_found(case: Case, plan_copy: PlanCopy) -> None:
    plan_copy.check_case(case)
