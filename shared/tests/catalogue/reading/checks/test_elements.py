"""Faults of data elements and of their bands."""

import pytest

from ...plan_copy import Case, PlanCopy

WHOLE, BOUNDS = "bands: {last_year: {at_least: 0.5, at_most: 2, floor: 1000}}", "at_least: 0.5, at_most: 2"
INTERVAL = "bad_interval"
WITHIN, POPULATION = "within: [n_live_births_male, n_live_births_female]", "{id: population,"
CASES: dict[str, Case] = {
    "unknown dimension": ("elements", "optional_by: [sex]", "optional_by: [age]", "unknown_dimension", "age"),
    "flag that may be not applicable": (
        "elements",
        "{id: female_key_leader, kind: flag,",
        "{id: female_key_leader, kind: flag, may_be_not_applicable: true,",
        "not_a_count",
        "female_key_leader",
    ),
    "band of a flag": (
        "elements",
        "{id: female_key_leader, kind: flag,",
        "{id: female_key_leader, kind: flag, bands: {last_year: {at_least: 0.5, at_most: 2, floor: 1}},",
        "bad_choice",
        "female_key_leader",
    ),
    "bands for flags": ("elements", "{kind: persons, last_year", "{kind: flag, last_year", "bad_choice", "flag"),
    "bands of a kind twice": ("elements", "{kind: persons,", "{kind: count,", "duplicate_code", "count"),
    "last year itself too low": ("elements", BOUNDS, "at_least: 1, at_most: 2", INTERVAL, "population"),
    "below nothing": ("elements", BOUNDS, "at_least: -0.5, at_most: 2", INTERVAL, "population"),
    "last year itself too high": ("elements", BOUNDS, "at_least: 0.5, at_most: 1", INTERVAL, "population"),
    "no floor": ("elements", "at_most: 2, floor: 1000", "at_most: 2", "missing_key", "floor"),
    "floor of nothing": ("elements", "at_most: 2, floor: 1000", "at_most: 2, floor: 0", INTERVAL, "population"),
    "no number": ("elements", "at_most: 2, floor: 1000", "at_most: twice, floor: 1000", "bad_decimal", "twice"),
    "a band of no known kind": ("elements", WHOLE, WHOLE.replace("year", "month"), "unknown_key", "last_month"),
    "bands that say nothing": ("elements", WHOLE, "bands: {}", "missing_key", "population"),
    "the median itself too high": ("elements", "{at_most: 10, spread", "{at_most: 1, spread", INTERVAL, "median"),
    "no spread": ("elements", "spread: 3,", "spread: -1,", INTERVAL, "spread"),
    "like units without a case": ("elements", "spread: 3, floor: 50", "spread: 3, floor: 0", INTERVAL, "floor"),
    "quartiles of two": ("elements", "reported: 8", "reported: 2", INTERVAL, "quartiles"),
    "neighbours of what is sensitive": (
        "elements",
        "{id: n_adolescent_births, kind: count, unit_vi: \"ca sinh\", unit_en: \"births\", sensitive: true, bands: {",
        "{id: n_adolescent_births, kind: count, unit_vi: \"ca sinh\", unit_en: \"births\", sensitive: true, "
        "bands: {like_units: {at_most: 10, spread: 3, floor: 50, reported: 8}, ",
        "bad_choice",
        "n_adolescent_births",
    ),
    "within what there is not": ("elements", WITHIN, "within: [births]", "unknown_element", "births"),
    "within what is secret": ("elements", WITHIN, "within: [n_maternal_deaths]", "bad_choice", "n_maternal_deaths"),
    "open, within what is open": ("elements", POPULATION, f"{POPULATION} {WITHIN},", "bad_choice", "population"),
    "half a unit": ("elements", "reported: 8", "reported: 8.5", "bad_integer", "8.5"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_kind_of_fault_is_found(case: Case, plan_copy: PlanCopy) -> None:
    plan_copy.check_case(case)


def test_a_faulty_band_is_told_with_its_line(plan_copy: PlanCopy) -> None:
    line = plan_copy.edit("elements", BOUNDS, "at_least: 0.5, at_most: 0.9")
    (fault,) = plan_copy.faults()
    assert (fault.line, fault.code) == (line, INTERVAL) and fault.file.endswith("elements.yaml")
