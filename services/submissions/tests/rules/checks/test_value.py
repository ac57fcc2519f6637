"""Values, and statuses that say that there is none."""

from typing import Any

import pytest

from services.submissions.tests.reports import codes, entries
from submissions.rules.checks.observations import check_observations
from submissions.rules.form import FormRules
from submissions.rules.observation import ObservationEntry


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


def test_the_percentage_fault_names_both_counts_in_both_languages(commune: FormRules) -> None:
    fault = check_observations(commune, entries(n_live_births_male="52,3 %"))[1][0]
    assert "Tổng số bé trai sinh ra sống" in fault.text.vi
    assert "Tổng số bé gái sinh ra sống" in fault.text.vi
    assert "Live-born girls" in fault.text.en
    ratio = check_observations(commune, entries(ObservationEntry("4.1", "111")))[1][0]
    assert "Tổng số bé gái sinh ra sống" in ratio.text.vi


def test_hours_may_have_six_decimals(rules: dict[str, FormRules]) -> None:
    form = rules["B06-KT"]
    base = {f.element.id: "10" for f in form.fields} | {"n_persons_unpaid_female": "2400"}

    def of(value: str) -> list[str]:
        given = [ObservationEntry(m, v) for m, v in (base | {"total_unpaid_hours_female": value}).items()]
        return [f.code for f in check_observations(form, given)[1]]

    assert of("38640.123456") == []
    assert of("38640.1234567") == ["too_many_decimals"]
