"""What a chart draws."""

from dataclasses import replace
from decimal import Decimal

import pytest

from aggregation.pages.charts.chart import Point, Series, _spec, draw, labelled

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


@pytest.mark.parametrize("latest", range(2021, 2031))
@pytest.mark.parametrize("value", ["40", "94", "95", "96", "110"])
def test_a_narrow_chart_has_one_value_in_words_apart_from_its_targets(latest: int, value: str) -> None:
    points = tuple(Point(year, Decimal(value), True, value) for year in range(2021, latest + 1))
    targets = ((2025, Decimal(95), "≥ 95"), (2030, Decimal(99), "≥ 99"))
    narrow = replace(SERIES, points=points, targets=targets, narrow=True)
    seen, goals = labelled(narrow, span=50)
    (told,) = [point for point in seen if point["labelled"]]
    assert told["year"] == latest and len(goals) == 2
    same = [goal for goal in goals if goal["year"] == latest and abs(goal["value"] - told["value"]) < 6]
    assert all(told["below"] != goal["below"] or told["value"] == goal["value"] for goal in same)
    assert not told["beside"] or not same
    spec = _spec(narrow)
    assert spec["encoding"]["x"]["axis"]["values"] == [2021, 2025, 2030] and spec["width"] < 300
    texts = [
        row["text"] for layer in spec["layer"] if layer["mark"]["type"] == "text" for row in layer["data"]["values"]
    ]
    assert spec["encoding"]["y"]["axis"]["title"] is None and set(texts) == {value, "≥ 95", "≥ 99"}


@pytest.mark.usefixtures("outside")
def test_both_drawings_say_the_same_in_words() -> None:
    wide, narrow = (draw(replace(SERIES, narrow=flag)) for flag in (False, True))
    words = [svg[svg.index("<title>") : svg.index("</desc>")] for svg in (wide, narrow)]
    assert words[0] == words[1] and "style=" not in narrow
    widths = [float(svg.split('viewBox="0 0 ', 1)[1].split()[0]) for svg in (wide, narrow)]
    assert widths[1] < 320 < widths[0]
