"""Reading an inspection: every fault at once."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.rules.finding import Finding
from audit.rules.inspection import read_inspection, state_of
from audit.rules.vocabulary import Vocabulary

TODAY = date(2026, 11, 24)


VOCABULARY = Vocabulary(
    units={"24736@2025-07-01", "SO_Y_TE"},
    periods={"2026", "2026-Q3"},
    measures={"4.1", "3.2a"},
    obligations=("O12", "O13"),
    days=(date(2021, 1, 1), date(2035, 12, 31)),
)
FINDING = {
    "measure": "4.1",
    "criteria": "Mục tiêu 4.1 của kế hoạch",
    "condition": "Sổ không khớp",
    "cause": "Chưa đối chiếu",
    "effect": "Số liệu sai",
    "severity": "medium",
}


GOOD = {
    "unit": "24736@2025-07-01",
    "period": "2026",
    "kind": "kiem_tra",
    "obligation": "O12",
    "basis_document": "12/QĐ-SNV",
    "started_on": "2026-11-02",
    "ended_on": "2026-11-03",
    "scope": "Biểu B01-XA năm 2026",
    "findings": [FINDING],
}


def read(**changes: object) -> list[tuple[str, str]]:
    raw = {name: value for name, value in (GOOD | changes).items() if value != "absent"}
    inspection, faults = read_inspection(raw, VOCABULARY, TODAY)
    assert (inspection is None) == bool(faults)
    for fault in faults:
        assert fault.text.vi and fault.text.en
    return [(fault.pointer, fault.code) for fault in faults]


def test_a_good_inspection_is_read_whole() -> None:
    inspection, faults = read_inspection(GOOD, VOCABULARY, TODAY)
    assert not faults and inspection is not None
    assert inspection.started_on == date(2026, 11, 2) and inspection.basis_document == "12/QĐ-SNV"
    assert inspection.findings == (Finding(**FINDING),)


def test_every_fault_is_named_at_once() -> None:
    assert read(
        unit="99999@2025-07-01", period="2050", kind="nope", obligation="O1", started_on="02/11/2026", scope="",
        ended_on=5, surprise=1, findings=[{"severity": "fatal", "measure": "9.9"}, 7],
    ) == [
        ("/surprise", "unknown-field"),
        ("/unit", "unknown-unit"),
        ("/period", "unknown-period"),
        ("/kind", "unknown-kind"),
        ("/obligation", "unknown-obligation"),
        ("/started_on", "not-a-day"),
        ("/ended_on", "not-text"),
        ("/scope", "required"),
        ("/findings/0/measure", "unknown-measure"),
        ("/findings/0/criteria", "required"),
        ("/findings/0/condition", "required"),
        ("/findings/0/cause", "required"),
        ("/findings/0/effect", "required"),
        ("/findings/0/severity", "unknown-severity"),
        ("/findings/1", "not-an-object"),
    ]  # fmt: skip


def test_a_draft_needs_no_basis_document_and_an_unsigned_conclusion_has_no_number() -> None:
    assert read(basis_document="absent") == []
    assert read(document_number="3/KL-SNV") == [("/document_number", "number-without-signature")]
    assert read(signed_on="2026-11-10") == [("/signed_on", "signature-without-number")]
    assert read(document_number="3/KL-SNV", signed_on="2026-11-10") == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ended_on": "2026-11-01"}, ("/ended_on", "ends-before-start")),
        ({"ended_on": "2026-12-01"}, ("/ended_on", "ends-in-future")),
        ({"started_on": "2028-01-01", "ended_on": "absent", "findings": []}, ("/started_on", "starts-too-late")),
        ({"started_on": "2026-12-01", "ended_on": "absent"}, ("/findings", "findings-before-start")),
        ({"document_number": "1/KL", "signed_on": "2026-12-01"}, ("/signed_on", "signed-in-future")),
        ({"document_number": "1/KL", "signed_on": "2026-10-01"}, ("/signed_on", "signed-before-start")),
        ({"scope": "x" * 2001}, ("/scope", "too-long")),
        ({"scope": "a\0b"}, ("/scope", "control-character")),
        ({"scope": "   "}, ("/scope", "required")),
        ({"started_on": "1999-01-01"}, ("/started_on", "day-out-of-range")),
        ({"findings": "none"}, ("/findings", "not-a-list")),
        ({"findings": [FINDING] * 51}, ("/findings", "too-many")),
    ],
)
def test_limits(changes: dict[str, object], expected: tuple[str, str]) -> None:
    assert read(**changes) == [expected]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3)
)


@given(st.dictionaries(st.sampled_from([*GOOD, "signed_on", "document_number", "x/y~"]), JSON) | JSON)
def test_whatever_is_sent_gets_an_answer(raw: object) -> None:
    inspection, faults = read_inspection(raw, VOCABULARY, TODAY)
    assert inspection is None and faults


def test_state_follows_the_day() -> None:
    start, end = date(2026, 11, 2), date(2026, 11, 3)
    assert state_of(start, None, None, date(2026, 11, 1)) == "planned"
    assert state_of(start, None, None, start) == "in_progress"
    assert state_of(start, end, None, end) == "awaiting_conclusion"
    assert state_of(start, end, date(2026, 11, 9), date(2026, 11, 10)) == "concluded"
