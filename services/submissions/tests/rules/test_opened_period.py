"""The period that a page of the province starts with."""

from datetime import date

import pytest

from submissions.rules.opened_period import OpenedPeriod, current_period

TODAY = date(2026, 11, 24)


def period(name: str, *, begun: bool = True, pending: bool = False) -> OpenedPeriod:
    return OpenedPeriod(name, begun, pending)


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        ([], ""),
        ([period("2026-Q4"), period("2026-Q3")], "2026-Q4"),
        ([period("2026-Q4"), period("2026")], "2026"),
        ([period("2028"), period("2026"), period("2025", pending=True)], "2026"),
        ([period("2028"), period("2027")], "2028"),
        ([period("2026", begun=False), period("2025", pending=True)], "2025"),
        ([period("2026", begun=False), period("2025")], "2026"),
        ([period("2026"), period("2025", pending=True)], "2026"),
    ],
)
def test_the_year_that_is_worked_on_comes_first(opened: list[OpenedPeriod], expected: str) -> None:
    assert current_period(opened, TODAY) == expected
