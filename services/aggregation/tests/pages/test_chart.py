"""What a chart draws."""

from dataclasses import replace
from decimal import Decimal

import pytest

from aggregation.pages.chart import Point, Series, _spec, labelled

SERIES = Series(
    points=(Point(2024, Decimal("113.2"), True, "113,2"), Point(2025, Decimal(112), False, "112,0")),
    targets=((2025, Decimal(111), "≤ 111"), (2030, Decimal(109), "≤ 109")),
    unit="bé trai/100 bé gái",
    title="Tỷ số <giới tính>",
    description="2024: 113,2",
    years=(2021, 2030),
    breaks=((2025, "sắp xếp"),),
    comma=True,
)


@pytest.mark.parametrize(
    ("value", "value_below", "target_below"),
    [("90", False, False), ("98", False, True), ("95", False, True), ("94", True, False), ("60", False, False)],
)
def test_a_value_and_its_target_keep_their_labels_apart(value: str, value_below: bool, target_below: bool) -> None:
    target = Decimal(80) if value == "90" else Decimal(95)
    series = replace(SERIES, points=(Point(2025, Decimal(value), True, value),), targets=((2025, target, "95"),))
    (seen,), (goal,) = labelled(series, span=50)
    assert (seen["below"], goal["below"]) == (value_below, target_below)


def test_a_series_survives_its_json() -> None:
    assert Series.from_json(SERIES.to_json()) == SERIES


def test_a_plan_without_a_break_has_a_chart_without_one() -> None:
    axis = _spec(replace(SERIES, years=(2026, 2032), breaks=()))["encoding"]["x"]
    assert axis["scale"]["domain"] == [2025.5, 2032.5] and axis["axis"]["values"] == list(range(2026, 2033))
    assert "sắp xếp" in str(_spec(SERIES)) and "sắp xếp" not in str(_spec(replace(SERIES, breaks=())))
