"""The inputs of a form and the report that they mean: a correction keeps what nobody touched."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.submissions.tests.records import submission
from shared.text import Language
from submissions.pages.typed_form import read_typed, report_of, typed_of
from submissions.rules.checks.observations import check_observations
from submissions.rules.form import FormRules
from submissions.rules.observation import STATUSES
from submissions.rules.submission import SubmissionRecord

NOTES = st.none() | st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\r\n"), min_size=1)


def of_form(rules: FormRules, **changed: Any) -> SubmissionRecord:
    """A revision with 1 in every cell of the form."""
    cells = [
        {
            "measure": f.element.id,
            "value": "1",
            "disaggregation": dict(f.disaggregation),
            "status": "final",
            "note": None,
        }
        for f in rules.fields
    ]
    return submission(2, observations=cells, **changed)


@pytest.mark.parametrize("language", ["vi", "en"])
@given(data=st.data())
def test_a_correction_that_changes_nothing_says_the_same(
    rules: dict[str, FormRules], language: Language, data: st.DataObject
) -> None:
    form = rules[data.draw(st.sampled_from(sorted(rules)))]
    before = of_form(
        form,
        narrative=data.draw(
            st.dictionaries(st.sampled_from(["general", "ke_hoach", "direction"]), st.text("ab\r\n", min_size=1))
        ),
        evidence=data.draw(st.lists(st.text("cv 1\n", min_size=1), max_size=3)),
    )
    for cell in before.observations:
        cell["status"] = data.draw(st.sampled_from(STATUSES))
        cell["note"] = data.draw(NOTES)
        if cell["status"] in ("missing", "not_applicable"):
            cell["value"] = None
    page = typed_of(form, before, language)
    report = report_of(form, read_typed(form, {**page.inputs, "numbers": language}), before)
    said = [(e.measure, e.value and str(e.value), e.disaggregation, e.status, e.note) for e in report.entries if e]
    assert said == [tuple(cell.values()) for cell in before.observations]
    assert report.evidence == list(before.evidence)
    assert report.narrative == {code: words for code, words in before.narrative.items() if words.strip()}


def test_what_a_page_does_not_hold_stays(commune: FormRules) -> None:
    before = of_form(commune, narrative={"ke_hoach": "Năm sau"}, evidence=["CV 12"])
    before.observations[1]["note"] = "đối chiếu sổ"
    before.observations[1]["status"] = "estimate"
    report = report_of(commune, read_typed(commune, {"value.1": "7"}, before), before)
    entry = report.entries[1]
    assert entry is not None and (entry.value, entry.status, entry.note) == ("7", "estimate", "đối chiếu sổ")
    assert report.narrative == {"ke_hoach": "Năm sau"} and report.evidence == ["CV 12"]
    assert report.entries[0] is not None and report.entries[0].value is None, "a figure is never made up"


def test_a_status_is_of_a_cell_or_of_the_row(commune: FormRules) -> None:
    data = {"status.1": "estimate", "status.n_live_births_female": "missing", "status.2": "final"}
    statuses = [entry.status for entry in report_of(commune, read_typed(commune, data)).entries[:3] if entry]
    assert statuses == ["final", "estimate", "missing"]


@given(word=st.text().filter(lambda word: word not in STATUSES))
def test_an_unknown_status_is_a_fault_and_never_final(rules: dict[str, FormRules], word: str) -> None:
    commune = rules["B01-XA"]
    report = report_of(commune, read_typed(commune, {"status.1": word, "value.1": "1"}))
    found = [one for one in check_observations(commune, report.entries, report.read)[1] if one.code == "unknown_status"]
    assert [(one.cell, one.pointer[-7:]) for one in found] == [(("n_live_births_male", ""), "/status")]


def test_an_optional_cell_is_reported_when_it_says_something(commune: FormRules) -> None:
    at = next(index for index, field in enumerate(commune.fields) if not field.required)

    def reported(**inputs: str) -> bool:
        typed = read_typed(commune, {name.replace("_", "."): text for name, text in inputs.items()})
        return len(report_of(commune, typed).entries) > sum(field.required for field in commune.fields)

    assert not reported() and not reported(**{f"status_{at}": "estimate"})
    assert (
        reported(**{f"value_{at}": "1"}) and reported(**{f"status_{at}": "missing"}) and reported(**{f"note_{at}": "x"})
    )
