"""Faults of owners and coordinators: nobody, or two, at some time; a part that is none."""

import pytest

from ...plan_copy import Case, PlanCopy

CASES: dict[str, Case] = {
    "unknown unit as owner": ("indicators", "{unit: SO_NOI_VU,", "{unit: SO_LAO,", "unknown_unit", "SO_LAO"),
    "gap between owners": (
        "indicators",
        "{unit: SO_NOI_VU, valid_from: 2025-03-01, confirmed: false}",
        "{unit: SO_NOI_VU, valid_from: 2025-04-01, confirmed: false}",
        "owner_gap",
        "2025-03-01 to 2025-04-01",
    ),
    "no owner at the end": (
        "indicators",
        "{unit: SO_NOI_VU, valid_from: 2021-04-06, confirmed: true}",
        "{unit: SO_NOI_VU, valid_from: 2021-04-06, valid_to: 2030-01-01}",
        "owner_gap",
        "2030-01-01 to 2031-01-01",
    ),
    "two owners where one is asked for": (
        "indicators",
        "- {unit: SO_NOI_VU, valid_from: 2021-04-06, confirmed: true}",
        "- {unit: SO_NOI_VU, valid_from: 2021-04-06}\n      - {unit: SO_Y_TE, valid_from: 2024-01-01}",
        "two_owners",
        "SO_Y_TE",
    ),
    "two owners without the split": ("indicators", "    split_by: violence_type\n", "", "unknown_part", "BLG"),
    "part outside the split": ("indicators", "part: BLGD", "part: TREEM", "unknown_part", "TREEM"),
    "owner dissolved": (
        "indicators",
        "{unit: SO_LDTBXH, valid_from: 2021-04-06, valid_to: 2025-03-01, confirmed: true}",
        "{unit: SO_LDTBXH, valid_from: 2021-04-06, valid_to: 2025-03-02, confirmed: true}",
        "unit_not_valid",
        "SO_LDTBXH",
    ),
    "two coordinators": (
        "agencies",
        "valid_to: 2025-03-01, confirmed: true}\n  - {unit",
        "confirmed: true}\n  - {unit",
        "two_coordinators",
        "SO_NOI_VU",
    ),
    "no coordinator for a while": (
        "agencies",
        "{unit: SO_NOI_VU, valid_from: 2025-03-01, confirmed: false}",
        "{unit: SO_NOI_VU, valid_from: 2025-05-01}",
        "coordinator_gap",
        "2025-03-01 to 2025-05-01",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_kind_of_fault_is_found(case: Case, plan_copy: PlanCopy) -> None:
    plan_copy.check_case(case)
