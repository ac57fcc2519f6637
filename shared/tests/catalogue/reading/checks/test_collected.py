"""Elements that a measure needs and that nobody is asked for."""

import pytest

from ...plan_copy import Case, PlanCopy

CASES: dict[str, Case] = {
    "nobody is asked": ("forms", "fields: [n_stations, ", "fields: [", "not_collected", "n_stations"),
    "nobody is asked after a while": (
        "forms",
        "      - {units: [SO_TAI_CHINH], valid_from: 2025-03-01, confirmed: false}\n",
        "",
        "not_collected",
        "from 2025-03-01",
    ),
    "nobody is asked at first": (
        "forms",
        "      - {units: [SO_TTTT], valid_from: 2021-04-06, valid_to: 2025-03-01, confirmed: true}\n",
        "",
        "not_collected",
        "n_stations from 2021-04-06",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_kind_of_fault_is_found(case: Case, plan_copy: PlanCopy) -> None:
    plan_copy.check_case(case)
