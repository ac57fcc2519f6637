"""The form as a table: every cell once, and what is sent is what was typed."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text.figures import number
from shared.text.messages import load as load_messages
from submissions.pages.form_faults import page_faults
from submissions.pages.form_table import columns_of, rows_of
from submissions.pages.typed_form import read_typed, report_of, typed_of
from submissions.rules.checks.observations import check_observations
from submissions.rules.form import FormRules
from submissions.rules.violation import violation

CELL_CODES = [
    "missing_field", "value_required", "value_not_allowed", "percentage_instead_of_counts", "not_a_number", "negative",
    "not_whole", "not_flag", "too_large", "too_many_decimals", "numerator_above_denominator", "parts_do_not_add_up",
    "not_applicable_not_allowed", "not_applicable_flag", "answered_in_part", "hours_above_possible",
    "hours_look_like_mean",
]  # fmt: skip


def test_every_field_has_one_slot(rules: dict[str, FormRules]) -> None:
    for form in rules.values():
        typed = typed_of(form, None, "vi")
        slots = [slot for row in rows_of(form, typed, {}, {}) for slot in row.slots if slot]
        assert sorted(slot.index for slot in slots) == list(range(len(form.fields)))
        assert len({key for key, _ in columns_of(form)}) == len(columns_of(form))


@pytest.mark.parametrize("language", ["vi", "en"])
@given(value=st.decimals(min_value=10**9, max_value=10**11, places=3))
def test_a_shown_number_is_read_back(rules: dict[str, FormRules], language: Any, value: Decimal) -> None:
    form = rules["B06-KT"]
    index = next(i for i, f in enumerate(form.fields) if f.element.kind == "hours")
    data = {f"value.{i}": "1000000000" if f.element.kind == "persons" else "1" for i, f in enumerate(form.fields)}
    data |= {f"value.{i}": "1000000000" for i, f in enumerate(form.fields) if f.element.kind == "hours"}
    data |= {"numbers": language, f"value.{index}": number(value, language=language)}
    report = report_of(form, read_typed(form, data))
    observations, faults = check_observations(form, report.entries, report.read)
    assert faults == []
    assert [o.value for o in observations][index] == value


def test_a_fault_of_a_cell_points_at_its_input(rules: dict[str, FormRules]) -> None:
    form = rules["B01-XA"]
    violations = check_observations(form, [])[1]
    assert [f.pointer for f in page_faults(form, violations)] == [
        f"/value.{i}" for i, field in enumerate(form.fields) if field.required
    ]
    assert page_faults(form, [violation("reason_required", "/reason")])[0].pointer == "/reason"


def test_every_fault_of_a_cell_has_its_short_words() -> None:
    assert {f"cell.{code}" for code in CELL_CODES} <= load_messages("submissions").keys()
