"""The summary of faults: at the input, in the order of the form, in words that suit the field."""

import random

from services.submissions.tests.reports import entries
from submissions.pages.form_faults import faults_beside, page_faults
from submissions.rules.checks.observations import check_observations
from submissions.rules.form import FormRules
from submissions.rules.observation import ObservationEntry
from submissions.rules.violation import Violation, violation


def test_faults_stand_in_the_order_of_the_form(rules: dict[str, FormRules]) -> None:
    for form in rules.values():
        cells = [
            violation(code, f"/observations/{at}/{kind}", field.cell, name="", length=1, limit=1, allowed="", status="")
            for at, field in enumerate(form.fields)
            for code, kind in (("duplicate_cell", "value"), ("unknown_status", "status"), ("note_too_long", "note"))
        ]
        parts = [violation("narrative_missing", f"/narrative/{part.code}", name="") for part in form.narrative]
        ordered: list[Violation] = [
            violation("period_closed", "", period="", day=""), *cells, *parts,
            violation("evidence_too_long", "/evidence/3", length=1, limit=1), violation("reason_required", "/reason"),
        ]  # fmt: skip
        mixed = random.Random(1).sample(ordered, len(ordered))
        pointers = [fault.pointer for fault in page_faults(form, mixed)]
        inputs = [f"/{kind}.{at}" for at in range(len(form.fields)) for kind in ("value", "status", "note")]
        assert pointers == ["", *inputs, *(one.pointer for one in parts), "/evidence", "/reason"]


def test_a_fault_without_short_words_is_said_in_full(commune: FormRules) -> None:
    long = violation("note_too_long", "/observations/1/note", ("n_live_births_male", ""), length=600, limit=500)
    assert faults_beside(commune, [long]) == {"note.1": [long.text]}


def test_a_yes_or_no_field_is_told_of_no_number(commune: FormRules) -> None:
    """Whatever is wrong with it."""
    wrong = ["", "52%", "có lẽ", "-1", "2", "1,5", "1.0", "0,0", "9" * 39, None]
    for value, status in [*((value, "final") for value in wrong), ("1", "missing"), ("1", "not_applicable")]:
        given = entries(ObservationEntry("female_key_leader", value, status=status), female_key_leader=...)
        found = [one for one in check_observations(commune, given)[1] if one.cell == ("female_key_leader", "")]
        assert found, (value, status)
        for one in found:
            short = faults_beside(commune, [one])["value.0" if not one.pointer.endswith("status") else "status.0"][0]
            for text in (one.text, short):
                assert "number" not in text.en and "count" not in text.en, text
                assert " số" not in text.vi.replace("chưa có số liệu", "").replace("loại số liệu", ""), text
    missing = [one for one in check_observations(commune, entries(female_key_leader=...))[1]]
    assert [one.code for one in missing] == ["missing_field"] and "Chọn có hoặc không" in missing[0].text.vi
