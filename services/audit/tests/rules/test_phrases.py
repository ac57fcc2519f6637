"""The words for the members of an event."""

from audit.rules.phrases import period_phrase


def test_periods() -> None:
    assert period_phrase("2026") == ("năm 2026", "2026")
    assert period_phrase("2026-Q3") == ("quý III năm 2026", "quarter 3 of 2026")
