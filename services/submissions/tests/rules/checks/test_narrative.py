"""The words of a report."""

from submissions.rules.checks.narrative import check_narrative, check_reason


def test_words_have_limits() -> None:
    assert [f.code for f in check_narrative({"A b": "x"}, [])] == ["narrative_key_invalid"]
    assert [f.code for f in check_narrative({"a": "x" * 20_001}, [])] == ["narrative_too_long"]
    assert [f.code for f in check_narrative({f"a{n}": "x" for n in range(21)}, [])] == ["too_many_narratives"]
    assert [f.code for f in check_narrative({}, ["x"] * 21)] == ["too_much_evidence"]
    assert [f.code for f in check_narrative({"a": "x\0"}, ["x" * 501])] == ["control_character", "evidence_too_long"]


def test_a_correction_says_why() -> None:
    assert check_reason(None, 1) == []
    assert [f.code for f in check_reason("  ", 2)] == ["reason_missing"]
    assert [f.code for f in check_reason("x" * 2001, 2)] == ["reason_too_long"]
