"""Observations that are about no cell of the form."""

from services.submissions.tests.reports import codes
from submissions.rules.form import FormRules
from submissions.rules.observation import ObservationEntry


def test_a_required_disaggregation_is_asked_for(rules: dict[str, FormRules]) -> None:
    form = rules["B11-GD"]
    given = [ObservationEntry(f.element.id, "1", f.disaggregation) for f in form.fields]
    assert codes(form, given) == []
    total = [e for e in given if e.measure != "n_em_primary_cohort"] + [ObservationEntry("n_em_primary_cohort", "2")]
    violations = codes(form, total)
    assert [code for code, _ in violations] == ["disaggregation_not_asked", "missing_field", "missing_field"]


def test_the_form_of_one_violence_type_refuses_the_other(rules: dict[str, FormRules]) -> None:
    form = rules["B07-BLG"]
    given = [ObservationEntry(f.element.id, "1", {"violence_type": "BLGD"}) for f in form.fields]
    assert {code for code, _ in codes(form, given)} == {"disaggregation_not_asked", "missing_field"}
