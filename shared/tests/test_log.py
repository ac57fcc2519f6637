"""What a log line may not tell."""

import pytest

from shared.log import _drop_secrets, without_details

FAILED = "CheckViolation: new row violates check\nDETAIL: Failing row contains (1, first line\nSECRET, x).{rest}"


@pytest.mark.parametrize("rest", ["", "\nHINT: try again", "\nCONTEXT: SQL function", "\n[SQL: insert into t]"])
def test_a_detail_goes_whole_across_line_breaks(rest: str) -> None:
    text = FAILED.format(rest=rest)
    for said in (text, repr(ValueError(text))):
        told = without_details(said)
        assert "SECRET" not in told
        assert "first line" not in told
        assert told.startswith(said[:40])
        assert rest.strip() in told


def test_without_a_detail_nothing_changes() -> None:
    assert without_details("no row\nis quoted here \n") == "no row\nis quoted here \n"


def test_every_string_of_an_event_is_cleaned() -> None:
    event = {"event": FAILED, "error": repr(ValueError(FAILED)), "exception": FAILED, "records": 3}
    told = _drop_secrets(None, "", event)
    assert "SECRET" not in str(told)
    assert told["records"] == 3
