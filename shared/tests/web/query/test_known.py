"""Values that the plan must have."""

import pytest

from shared.web.query.known import period_fault, refused, shown

YEARS = range(2021, 2031)


@pytest.mark.parametrize("period", ["2021", "2030", "2026-Q1", "2026-Q4"])
def test_periods_of_the_plan(period: str) -> None:
    assert period_fault(period, YEARS) is None


@pytest.mark.parametrize(
    "period", ["20x6", "2026-Q9", "2026-q3", "2026Q3", "2026-", "026", "2026-Q", "٢٠٢٦", "2020", "2031", "2099-Q1"]
)
def test_others_are_refused(period: str) -> None:
    fault = period_fault(period, YEARS)
    assert fault is not None and fault.code == "unknown-period"


def test_a_short_list_is_told_whole_and_of_a_long_one_the_nearest() -> None:
    assert "a, b" in refused("unknown-form", "x", ["a", "b"]).text.en
    long = [f"FORM_{number}" for number in range(50)]
    near = refused("unknown-form", "form_07", long).text.vi
    assert "FORM_7" in near and "FORM_33" not in near
    assert refused("unknown-form", "????", long).text.en == "The plan has no form “????”."


def test_a_long_or_hiding_value_is_not_repeated_as_it_is() -> None:
    assert len(shown("x" * 500)) == 81 and shown("a\u202eb\x01") == "a\ufffdb\ufffd"
