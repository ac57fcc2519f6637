"""Every kind of fault by an example, and all of them at once."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.submissions.tests.reports import RIGHT, SEX, codes, entries
from submissions.rules import limits
from submissions.rules.checks.observations import check_entry, check_observations, ordinary_entry
from submissions.rules.form import FormRules
from submissions.rules.observation import (
    NumberReader,
    ObservationEntry,
    read_english,
    read_plain,
    read_vietnamese,
)


def test_a_right_report_has_no_fault(commune: FormRules) -> None:
    observations, faults = check_observations(commune, entries())
    assert faults == []
    assert {o.measure: o.value for o in observations} == {m: Decimal(v) for m, v in RIGHT.items()}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (entries(ObservationEntry("n_cows", "1")), ("unknown_measure", "/observations/9/measure")),
        (entries(ObservationEntry("n_stations", "1")), ("not_on_this_form", "/observations/9/measure")),
        (entries(ObservationEntry("4.1", "111")), ("ratio_instead_of_counts", "/observations/9/measure")),
        (entries(ObservationEntry("5.1", "1")), ("ratio_instead_of_counts", "/observations/9/measure")),
        (entries(n_live_births_male="52%"), ("percentage_instead_of_counts", "/observations/1/value")),
        (entries(n_live_births_male="-1"), ("negative", "/observations/1/value")),
        (entries(n_live_births_male="61.5"), ("not_whole", "/observations/1/value")),
        (entries(n_live_births_male="sixty"), ("not_a_number", "/observations/1/value")),
        (entries(n_live_births_male="1.234,5"), ("not_a_number", "/observations/1/value")),
        (entries(n_live_births_male="NaN"), ("not_a_number", "/observations/1/value")),
        (entries(n_live_births_male="1e3"), ("not_a_number", "/observations/1/value")),
        (entries(n_live_births_male="1" * 50), ("not_a_number", "/observations/1/value")),
        (entries(n_live_births_male=61.0), ("float_not_exact", "/observations/1/value")),
        (entries(population="1000000000001"), ("too_large", "/observations/6/value")),
        (entries(female_key_leader="2"), ("not_flag", "/observations/0/value")),
        (entries(n_people_reached="9000"), ("numerator_above_denominator", "/observations/5/value")),
        (entries(n_orgs_informed_committed="13"), ("numerator_above_denominator", "/observations/7/value")),
        (entries(population=...), ("missing_field", "/observations")),
        (entries(population=None), ("value_required", "/observations/6/value")),
        (entries(population=" "), ("value_required", "/observations/6/value")),
        (
            entries(ObservationEntry("population", "9", {"sex": "x"})),
            ("unknown_category", "/observations/9/disaggregation/sex"),
        ),
        (
            entries(ObservationEntry("n_orgs_total", "9", SEX)),
            ("disaggregation_not_asked", "/observations/9/disaggregation"),
        ),
        (
            entries(ObservationEntry("population", "9", {"a": "b"})),
            ("disaggregation_not_asked", "/observations/9/disaggregation"),
        ),
        (entries(ObservationEntry("population", "8123")), ("duplicate_cell", "/observations/9")),
        (entries(ObservationEntry("population", "9000", SEX)), ("parts_do_not_add_up", "/observations/6/value")),
    ],
)
def test_each_fault_is_named(commune: FormRules, given: list[ObservationEntry], expected: tuple[str, str]) -> None:
    assert codes(commune, given) == [expected]


texts = st.sampled_from(
    ["0", "1", "12", "0012", "8123", "9" * 12, "9" * 13, "1.5", "12,000", "1.000", "-1", "²", "", " 1"]
)


@given(
    measure=st.sampled_from(["population", "female_key_leader", "n_orgs_total", "n_stations", "n_cows", 7]),
    value=texts | st.sampled_from([None, 12, True, 1.0]),
    disaggregation=st.sampled_from([{}, SEX, {"sex": "x"}, {"a": "b"}, {"sex": 1}, "all", None]),
    status=st.sampled_from(["final", "estimate", "missing", "done", None]),
    note=st.sampled_from([None, None, "x", 7]),
    unknown=st.sampled_from([(), (), ("colour",)]),
    taken=st.booleans(),
    read=st.sampled_from([read_plain, read_vietnamese, read_english]),
)
def test_an_entry_told_at_once_is_told_as_any_other(
    commune: FormRules, taken: bool, read: NumberReader, **given: Any
) -> None:
    entry, places = ObservationEntry(**given), {("population", ""): 0} if taken else {}
    if (told := ordinary_entry(commune, entry, 3, places, read)) is not None:
        whole = check_entry(commune, entry, 3, places, read)
        assert (list(told.violations), told.cell, told.status) == (list(whole.violations), whole.cell, whole.status)
        assert told.observation is not None and whole.observation is not None
        assert vars(told.observation) == vars(whole.observation)


def test_most_entries_are_told_at_once(commune: FormRules) -> None:
    assert all(ordinary_entry(commune, entry, 0, {}, read_plain) for entry in entries())


def test_nothing_wrong_hides_anything_else(commune: FormRules) -> None:
    """One answer names all: status, keys, types, several categories, and value and note of what is in no place."""
    given: list[ObservationEntry | None] = [
        ObservationEntry("n_cows", "12%", {"sex": "x"}, "final", "x" * 501),
        ObservationEntry("population", "-1", {"sex": "x", "violence_type": "y"}, "done", 7, ("colour",)),
        ObservationEntry("population", True, "all", ["final"]),
        ObservationEntry("population", "8123"),
        ObservationEntry("population", "zwölf", {}, "final"),
        ObservationEntry("n_people_reached", "9000", note="x" * 501),
        ObservationEntry(None, 1.5),
        None,
    ]
    violations = [pair for pair in codes(commune, given) if pair[0] != "missing_field"]
    assert violations == [
        ("unknown_measure", "/observations/0/measure"),
        ("unknown_category", "/observations/0/disaggregation/sex"),
        ("note_too_long", "/observations/0/note"),
        ("percentage_instead_of_counts", "/observations/0/value"),
        ("unknown_category", "/observations/1/disaggregation/sex"),
        ("unknown_category", "/observations/1/disaggregation/violence_type"),
        ("disaggregation_not_asked", "/observations/1/disaggregation"),
        ("unknown_key", "/observations/1/colour"),
        ("text_expected", "/observations/1/note"),
        ("unknown_status", "/observations/1/status"),
        ("negative", "/observations/1/value"),
        ("disaggregation_expected", "/observations/2/disaggregation"),
        ("unknown_status", "/observations/2/status"),
        ("value_type", "/observations/2/value"),
        ("duplicate_cell", "/observations/4"),
        ("not_a_number", "/observations/4/value"),
        ("note_too_long", "/observations/5/note"),
        ("measure_expected", "/observations/6/measure"),
        ("float_not_exact", "/observations/6/value"),
        ("observation_expected", "/observations/7"),
        ("numerator_above_denominator", "/observations/5/value"),
    ]


def test_all_faults_come_at_once(commune: FormRules) -> None:
    given = [
        ObservationEntry("n_cows", "1"),
        ObservationEntry("4.1", "111"),
        ObservationEntry("n_live_births_male", "-5"),
        ObservationEntry("n_live_births_female", "5,5"),
        ObservationEntry("female_key_leader", "7"),
        ObservationEntry("n_people_reached", "10"),
        ObservationEntry("population", "9"),
        ObservationEntry("population", "9"),
    ]
    violations = [code for code, _ in codes(commune, given)]
    assert violations == [
        "unknown_measure",
        "ratio_instead_of_counts",
        "negative",
        "not_a_number",
        "not_flag",
        "duplicate_cell",
        "missing_field",
        "missing_field",
        "missing_field",
        "missing_field",
        "numerator_above_denominator",
    ]


def test_a_report_has_limits(commune: FormRules) -> None:
    assert codes(commune, [ObservationEntry("population", "1")] * 501) == [("too_many_observations", "/observations")]
    noted = entries(ObservationEntry("population", "8123", note="x" * 501), population=...)
    assert codes(commune, noted) == [("note_too_long", "/observations/8/note")]


def test_after_many_faults_the_entries_that_follow_are_only_counted(commune: FormRules) -> None:
    """Of 500 entries with everything wrong each fault was put into words, which took the service 0.2 s a request."""
    wrong = ObservationEntry("?", 1.5, {"a": "b"}, "?", 7, ("x", "y"))
    taken, (first, *told) = check_observations(commune, [wrong] * limits.OBSERVATIONS)
    checked = int(first.pointer.rpartition("/")[2])
    assert (taken, first.code) == ([], "observations_not_checked")
    assert limits.VIOLATIONS <= len(told) < 2 * limits.VIOLATIONS
    assert {violation.pointer.split("/")[2] for violation in told} == {str(index) for index in range(checked)}
    assert f"{limits.OBSERVATIONS - checked} observations" in first.text.en
