import pytest

from shared.text import Text
from shared.text.names import PeriodStyle, period_name


@pytest.mark.parametrize(
    ("period", "style", "expected"),
    [
        ("2026", "short", Text("năm 2026", "for 2026")),
        ("2026-Q3", "short", Text("quý III/2026", "for Q3 2026")),
        ("2026", "long", Text("năm 2026", "2026")),
        ("2026-Q3", "long", Text("quý III năm 2026", "quarter 3 of 2026")),
        ("2026-Q9", "long", Text("năm 2026", "2026")),
    ],
)
def test_a_period_is_named_as_its_place_wants(period: str, style: PeriodStyle, expected: Text) -> None:
    assert period_name(period, style) == expected
