"""Values, and statuses that say that there is none."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.submissions.tests.reports import codes, entries
from shared.text import Text
from submissions.rules.checks.observations import check_observations
from submissions.rules.checks.value import WRITINGS, meanings, read_number
from submissions.rules.form import Element, FormRules
from submissions.rules.observation import (
    NumberReader,
    ObservationEntry,
    read_english,
    read_plain,
    read_vietnamese,
)

COUNT = Element("population", Text("Dân số", "Population"), "count")


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


@pytest.mark.parametrize(
    ("read", "typed", "told"),
    [
        (read_vietnamese, "12,000", ("decimal_mark", "12.000 hoặc 12")),
        (read_vietnamese, "12,345", ("decimal_mark", "12.345")),
        (read_vietnamese, "12,0", ("decimal_mark", "12")),
        (read_vietnamese, "1.234,000", ("decimal_mark", "1.234")),
        (read_vietnamese, "1,234,567", ("not_a_number", "1.234.567")),
        (read_vietnamese, "12,5", ("not_whole", "12,5")),
        (read_vietnamese, "12.000", None),
        (read_vietnamese, "12000", None),
        (read_english, "12.000", ("decimal_mark", "12,000 hoặc 12")),
        (read_english, "1.234.567", ("not_a_number", "1,234,567")),
        (read_english, "12,000", None),
        (read_plain, "12.000", ("decimal_mark", "12000 hoặc 12")),
        (read_plain, "12,345", ("not_a_number", "12345")),
        (read_plain, " 12", ("not_a_number", "12")),
        (read_plain, "abc", ("not_a_number", "1234 hoặc 16.13")),
        (read_plain, "12", None),
    ],
)
def test_a_mark_in_a_count_is_never_guessed(read: NumberReader, typed: str, told: tuple[str, str] | None) -> None:
    value, wrong = read_number(COUNT, typed, Text("Ô", "Cell"), "/v", None, read)
    assert [v.code for v in wrong] == ([told[0]] if told else [])
    if told:
        assert f" {told[1]}" in wrong[0].text.vi
    if told and told[0] == "decimal_mark":
        assert value is None


@given(st.integers(0, 10**12), st.sampled_from([read_vietnamese, read_english, read_plain]))
def test_a_count_written_as_this_reader_writes_it_is_that_count(value: int, read: NumberReader) -> None:
    written = WRITINGS[read].write(Decimal(value))
    assert read_number(COUNT, written, Text("", ""), "", None, read) == (Decimal(value), [])


@given(st.from_regex(r"[0-9.,]{1,45}", fullmatch=True), st.sampled_from([read_vietnamese, read_english, read_plain]))
@example("1" + "0" * 25 + ".", read_vietnamese)  # its first digits fit Python's own context, its writing does not
@example("1" + "0" * 25 + ",", read_english)
def test_no_count_is_taken_from_a_writing_that_another_reads_otherwise(typed: str, read: NumberReader) -> None:
    value, wrong = read_number(COUNT, typed, Text("", ""), "", None, read)
    if not wrong:
        assert value is not None and value == value.to_integral_value() and WRITINGS[read].mark not in typed


def test_what_is_offered_is_taken() -> None:
    for read in (read_vietnamese, read_english, read_plain):
        for typed in ("12,000", "12.000", "1.234.567", "1,234,567"):
            _, wrong = read_number(COUNT, typed, Text("", ""), "", None, read)
            for offered in meanings("count", typed) if wrong else []:
                written = WRITINGS[read].write(offered)
                assert read_number(COUNT, written, Text("", ""), "", None, read) == (offered, [])
