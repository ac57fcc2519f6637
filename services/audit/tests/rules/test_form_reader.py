"""Fields of a form: what each reads, and that its faults are collected."""

from datetime import date

import pytest

from audit.rules.form_reader import FormReader
from shared.text import Fault

WITHIN = (date(2021, 1, 1), date(2035, 12, 31))


def test_texts_are_trimmed_and_line_breaks_are_those_of_unix() -> None:
    faults: list[Fault] = []
    assert FormReader({"scope": "  a\r\nb\t "}, "", faults, ("scope",)).text("scope", limit=10) == "a\nb"
    assert faults == []


def test_days_are_days_of_the_plan() -> None:
    faults: list[Fault] = []
    form = {"on": "2026-12-14", "wrong": "14/12/2026", "early": "2020-12-31"}
    reader = FormReader(form, "/findings/3", faults, (*form, "absent"))
    assert reader.day("on", WITHIN) == date(2026, 12, 14)
    assert reader.day("absent", WITHIN, required=False) is None
    assert faults == []
    for name in ("wrong", "early", "absent"):
        assert reader.day(name, WITHIN) is None
    assert [(fault.pointer, fault.code) for fault in faults] == [
        ("/findings/3/wrong", "not-a-day"),
        ("/findings/3/early", "day-out-of-range"),
        ("/findings/3/absent", "required"),
    ]


def test_a_choice_names_its_options_when_they_are_few() -> None:
    faults: list[Fault] = []
    reader = FormReader({"kind": "x"}, "", faults, ("kind",))
    assert reader.choice("kind", ("a", "b"), code="unknown-kind") == ""
    assert "a, b" in faults[0].text.en


@pytest.mark.parametrize("raw", [None, [], "text", 7])
def test_what_is_no_object_has_one_fault(raw: object) -> None:
    faults: list[Fault] = []
    reader = FormReader(raw, "", faults, ("scope",))
    assert reader.text("scope", limit=10) == "" and reader.items("findings", limit=3) == []
    assert [fault.code for fault in faults] == ["not-an-object"]


def test_unknown_members_are_named_as_json_pointers() -> None:
    faults: list[Fault] = []
    FormReader({"a/b~c": 1}, "", faults, ("scope",))
    assert [(fault.pointer, fault.code) for fault in faults] == [("/a~1b~0c", "unknown-field")]
