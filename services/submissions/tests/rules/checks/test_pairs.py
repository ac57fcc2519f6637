"""The two counts of a ratio are answered alike."""

import pytest

from services.submissions.tests.reports import codes
from submissions.rules.form import FormRules
from submissions.rules.observation import ObservationEntry


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
