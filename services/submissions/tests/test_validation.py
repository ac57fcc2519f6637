"""Every kind of fault by an example, and all of them at once."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.rules.checks.narrative import check_narrative, check_reason
from submissions.rules.checks.observations import check_observations
from submissions.rules.checks.sums import warn_floors
from submissions.rules.form import FormRules
from submissions.rules.observation import ObservationEntry, exact, read_plain, read_vietnamese

RIGHT = {
    "female_key_leader": "1",
    "n_live_births_male": "61",
    "n_live_births_female": "55",
    "n_adolescent_births": "3",
    "n_adolescent_women": "410",
    "n_people_reached": "5200",
    "population": "8123",
    "n_orgs_informed_committed": "11",
    "n_orgs_total": "12",
}


def entries(*more: ObservationEntry, **changed: Any) -> list[ObservationEntry]:
    values = RIGHT | changed
    return [ObservationEntry(m, v) for m, v in values.items() if v is not ...] + list(more)


def codes(rules: FormRules, given: Sequence[ObservationEntry | None]) -> list[tuple[str, str]]:
    return [(f.code, f.pointer) for f in check_observations(rules, given)[1]]


@pytest.fixture
def commune(rules: dict[str, FormRules]) -> FormRules:
    return rules["B01-XA"]


def test_a_right_report_has_no_fault(commune: FormRules) -> None:
    observations, faults = check_observations(commune, entries())
    assert faults == []
    assert {o.measure: o.value for o in observations} == {m: Decimal(v) for m, v in RIGHT.items()}


SEX = {"sex": "female"}


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


@pytest.mark.parametrize("status", ["missing", "not_applicable"])
def test_status_and_value_must_agree(rules: dict[str, FormRules], status: Any) -> None:
    form = rules["B07-BLG"]

    def given(value: str | None) -> list[ObservationEntry]:
        return [ObservationEntry(f.element.id, value, f.disaggregation, status) for f in form.fields]

    assert codes(form, given(None)) == []
    assert codes(form, given("0")) == [("value_not_allowed", f"/observations/{n}/value") for n in range(4)]


def test_only_what_may_not_occur_is_not_applicable(rules: dict[str, FormRules]) -> None:
    """Elsewhere it would take the unit out of a denominator and still count it as reported (6.1 became 233 %)."""
    for form in rules.values():
        given = [ObservationEntry(f.element.id, None, f.disaggregation, "not_applicable") for f in form.fields]
        refused = {n for n, f in enumerate(form.fields) if not f.element.may_be_not_applicable}
        assert {pointer for _, pointer in codes(form, given)} == {f"/observations/{n}/status" for n in refused}
    flag = check_observations(
        rules["B01-XA"], entries(ObservationEntry("female_key_leader", None, {}, "not_applicable"))
    )[1]
    assert "không phát sinh" not in " ".join(f.text.vi for f in flag)


def answered(form: FormRules, **statuses: str) -> list[tuple[str, str]]:
    given = []
    for field in form.fields:
        status = statuses.get(field.element.id, "final")
        given.append(
            ObservationEntry(field.element.id, "1" if status == "final" else None, field.disaggregation, status)
        )
    return codes(form, given)


@pytest.mark.parametrize("status", ["missing", "not_applicable"])
@pytest.mark.parametrize(("silent", "place"), [("n_victims_served", 1), ("n_victims_detected", 0)])
def test_both_counts_of_a_ratio_are_answered_alike(
    rules: dict[str, FormRules], silent: str, place: int, status: str
) -> None:
    expected = [("answered_in_part", f"/observations/{place}/status")]
    assert answered(rules["B07-BLG"], **{silent: status}) == expected
    mixed = answered(rules["B07-BLG"], n_victims_detected="missing", n_victims_served="not_applicable")
    assert mixed == [("answered_in_part", "/observations/1/status")]


def test_a_denominator_of_two_ratios_may_serve_one_of_them(rules: dict[str, FormRules]) -> None:
    form = rules["B05-LD"]
    assert answered(form, n_female_employed_agri="missing") == []
    assert answered(form, n_female_employed_agri="missing", n_female_wage_workers="missing") != []
    assert {code for code, _ in answered(form, n_female_employed="missing")} == {"answered_in_part"}
    everything = {"n_female_employed": "missing", "n_female_employed_agri": "missing"}
    assert answered(form, **everything, n_female_wage_workers="missing") == []


def test_a_mean_cannot_lack_one_of_its_four_numbers(rules: dict[str, FormRules]) -> None:
    form = rules["B06-KT"]
    base = {f.element.id: "10" for f in form.fields} | {"total_unpaid_hours_female": "100"}
    for silent in ("total_unpaid_hours_female", "n_persons_unpaid_male"):
        given = [ObservationEntry(m, v) for m, v in base.items() if m != silent] + [
            ObservationEntry(silent, None, {}, "missing")
        ]
        assert {code for code, _ in codes(form, given)} == {"answered_in_part"}


@pytest.mark.parametrize(
    ("hours", "persons", "expected"),
    [
        ("16.13", "1000", ["hours_look_like_mean"]),
        ("999.9", "1000", ["hours_look_like_mean"]),
        ("1000", "1000", []),
        ("16130", "1000", []),
        ("168000", "1000", []),
        ("168000.1", "1000", ["hours_above_possible"]),
        ("0", "0", ["hours_look_like_mean"]),
        ("1", "0", ["hours_above_possible"]),
    ],
)
def test_total_hours_are_no_mean(rules: dict[str, FormRules], hours: str, persons: str, expected: list[str]) -> None:
    form = rules["B06-KT"]
    values = {f.element.id: "10" for f in form.fields}
    values |= {"total_unpaid_hours_female": hours, "n_persons_unpaid_female": persons}
    violations = check_observations(form, [ObservationEntry(m, v) for m, v in values.items()])[1]
    assert [f.code for f in violations] == expected
    place = list(values).index("total_unpaid_hours_female")
    assert all(f.pointer == f"/observations/{place}/value" for f in violations)


def test_adolescent_births_are_within_adolescent_women(commune: FormRules) -> None:
    given = entries(n_adolescent_births="500", n_adolescent_women="10")
    assert codes(commune, given) == [("numerator_above_denominator", "/observations/3/value")]


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
    found = [pair for pair in codes(commune, given) if pair[0] != "missing_field"]
    assert found == [
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


def test_the_percentage_fault_names_both_counts_in_both_languages(commune: FormRules) -> None:
    fault = check_observations(commune, entries(n_live_births_male="52,3 %"))[1][0]
    assert "Tổng số bé trai sinh ra sống" in fault.text.vi
    assert "Tổng số bé gái sinh ra sống" in fault.text.vi
    assert "Live-born girls" in fault.text.en
    ratio = check_observations(commune, entries(ObservationEntry("4.1", "111")))[1][0]
    assert "Tổng số bé gái sinh ra sống" in ratio.text.vi


def test_parts_that_add_up_are_taken(commune: FormRules) -> None:
    parts = [ObservationEntry("population", "4000", {"sex": "male"}), ObservationEntry("population", "4123", SEX)]
    assert codes(commune, entries(*parts)) == []
    wrong = [ObservationEntry("population", "4000", {"sex": "male"}), ObservationEntry("population", "4124", SEX)]
    assert codes(commune, entries(*wrong)) == [("parts_do_not_add_up", "/observations/6/value")]


def test_hours_may_have_six_decimals(rules: dict[str, FormRules]) -> None:
    form = rules["B06-KT"]
    base = {f.element.id: "10" for f in form.fields} | {"n_persons_unpaid_female": "2400"}

    def of(value: str) -> list[str]:
        given = [ObservationEntry(m, v) for m, v in (base | {"total_unpaid_hours_female": value}).items()]
        return [f.code for f in check_observations(form, given)[1]]

    assert of("38640.123456") == []
    assert of("38640.1234567") == ["too_many_decimals"]


def test_a_required_disaggregation_is_asked_for(rules: dict[str, FormRules]) -> None:
    form = rules["B11-GD"]
    given = [ObservationEntry(f.element.id, "1", f.disaggregation) for f in form.fields]
    assert codes(form, given) == []
    total = [e for e in given if e.measure != "n_em_primary_cohort"] + [ObservationEntry("n_em_primary_cohort", "2")]
    found = codes(form, total)
    assert [code for code, _ in found] == ["disaggregation_not_asked", "missing_field", "missing_field"]


def test_the_form_of_one_violence_type_refuses_the_other(rules: dict[str, FormRules]) -> None:
    form = rules["B07-BLG"]
    given = [ObservationEntry(f.element.id, "1", {"violence_type": "BLGD"}) for f in form.fields]
    assert {code for code, _ in codes(form, given)} == {"disaggregation_not_asked", "missing_field"}


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
    found = [code for code, _ in codes(commune, given)]
    assert found == [
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
    assert [f.code for f in check_narrative({"A b": "x"}, [])] == ["narrative_key_invalid"]
    assert [f.code for f in check_narrative({"a": "x" * 20_001}, [])] == ["narrative_too_long"]
    assert [f.code for f in check_narrative({f"a{n}": "x" for n in range(21)}, [])] == ["too_many_narratives"]
    assert [f.code for f in check_narrative({}, ["x"] * 21)] == ["too_much_evidence"]
    assert [f.code for f in check_narrative({"a": "x\0"}, ["x" * 501])] == ["control_character", "evidence_too_long"]


def test_a_correction_says_why() -> None:
    assert check_reason(None, 1) == []
    assert [f.code for f in check_reason("  ", 2)] == ["reason_missing"]
    assert [f.code for f in check_reason("x" * 2001, 2)] == ["reason_too_long"]


def test_a_sex_ratio_below_its_floor_is_a_warning(commune: FormRules) -> None:
    def warned(boys: str) -> list[str]:
        observations, faults = check_observations(commune, entries(n_live_births_male=boys))
        assert faults == []
        return [w.code for w in warn_floors(commune, {(o.measure, o.key): o for o in observations})]

    assert warned("57") == ["ratio_below_floor"]
    assert warned("58") == []


@pytest.mark.parametrize(
    ("text", "value"), [("1.234,5", "1234.5"), ("12", "12"), ("1.234", "1234"), (" 0 ", "0"), ("1234", "1234")]
)
def test_numbers_are_read_the_vietnamese_way(text: str, value: str) -> None:
    assert read_vietnamese(text) == Decimal(value)


@pytest.mark.parametrize("text", ["1.5", "1,234.5", "1.23.456", "12a", "", "1 234", "1e3", "٣", ",5", "1.234.5"])
def test_an_ambiguous_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_vietnamese(text)


@given(st.decimals(min_value=0, max_value=10**12, places=6))
def test_a_number_survives_reading_and_writing(value: Decimal) -> None:
    assert read_plain(exact(value)) == value
    assert exact(read_plain(exact(value))) == exact(value)
