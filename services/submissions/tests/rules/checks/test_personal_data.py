"""Words that look like personal data are told, each where it stands, or are confirmed."""

import unicodedata

import pytest

from services.submissions.tests.reports import entries
from submissions.rules import limits
from submissions.rules.checks.personal_data import WrittenText, check_personal_data, texts_of
from submissions.rules.form import FormRules
from submissions.rules.observation import ObservationEntry

PHONE = "gọi 0912 345 678"


def test_each_text_is_told_where_it_stands(commune: FormRules) -> None:
    given = entries(
        ObservationEntry("population", "1", note=PHONE), ObservationEntry("x", "1", note=PHONE), population=...
    )
    texts = list(texts_of(commune, [None, *given], {"results": PHONE, "a/b": "không"}, ["12/KH-UBND", PHONE], PHONE))
    violations, warnings = check_personal_data(texts, ())
    at = len(given) - 1
    assert [(v.code, v.pointer, v.cell) for v in violations] == [
        ("personal_data", f"/observations/{at}/note", ("population", "")),
        ("personal_data", f"/observations/{at + 1}/note", None),
        ("personal_data", "/narrative/results", None),
        ("personal_data", "/evidence/1", None),
        ("personal_data", "/reason", None),
    ]
    assert warnings == []
    assert all("“0912 345 678” giống số điện thoại" in v.text.vi for v in violations)


def test_what_is_confirmed_is_a_warning_without_the_words(commune: FormRules) -> None:
    texts = [WrittenText("/reason", PHONE), WrittenText("/narrative/results", "Đã họp")]
    violations, [warning] = check_personal_data(texts, {"personal_data"})
    assert violations == [] and (warning.code, warning.pointer) == ("personal_data_confirmed", "/reason")
    assert "0912" not in warning.text.vi + warning.text.en and "đã xác nhận" in warning.text.vi


@pytest.mark.parametrize("confirmed", [(), {"other"}])
def test_another_confirmation_confirms_nothing(confirmed: set[str]) -> None:
    assert [v.code for v in check_personal_data([WrittenText("", PHONE)], confirmed)[0]] == ["personal_data"]


def test_a_text_is_read_as_it_is_kept(commune: FormRules) -> None:
    """Blanks around it and the way its letters are written hide nothing."""
    decomposed = unicodedata.normalize("NFD", "Đã rà soát số liệu " * 24) + PHONE
    for said in (" " * limits.NOTE + PHONE, decomposed):
        note = ObservationEntry("population", "1", {}, "final", said)
        found = check_personal_data(texts_of(commune, [note], {}, [], " " * limits.REASON + PHONE), ())[0]
        assert [one.pointer for one in found] == ["/observations/0/note", "/reason"]


def test_what_is_too_much_is_not_read(commune: FormRules) -> None:
    narrative = {f"part_{n}": PHONE for n in range(limits.NARRATIVES + 5)}
    texts = list(texts_of(commune, [], narrative, [PHONE] * (limits.EVIDENCE + 5), "x" * limits.REASON + PHONE))
    assert len(check_personal_data(texts, ())[0]) == limits.NARRATIVES + limits.EVIDENCE
    assert check_personal_data([WrittenText("", "x" * limits.NARRATIVE + PHONE)], ()) == ([], [])
