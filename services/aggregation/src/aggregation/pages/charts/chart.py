"""A measure over the years as SVG, drawn on the server by Vega-Lite in vl-convert, with both targets on it.

`python -m aggregation.pages.charts.chart` draws: a series as a line of JSON in, the SVG as a line of JSON out
(see `drawer.py`).
"""

import json
import re
import sys
from dataclasses import asdict, dataclass
from decimal import Decimal
from html import escape
from typing import Any

INK, MUTED, ACCENT, TARGET = "#172022", "#53616a", "#0b5d5e", "#734c00"
WIDTH, HEIGHT = 840, 280
NARROW_WIDTH, NARROW_HEIGHT = 250, 230
"""Of the plot alone. The narrow one fits a screen of 320 px, where fewer labels stand on it."""
NEAR = 0.12
"""Of the height: closer than this, labels above a value and above its target would cover one another."""
Spec = dict[str, Any]  # a chart or a part of one, in the words of Vega-Lite
FONT = "Be Vietnam Pro, Segoe UI, Roboto, Noto Sans, sans-serif"


@dataclass(frozen=True)
class Point:
    """`text`: the value as it is read beside the target of its year. Hollow unless it is complete and in no doubt."""

    year: int
    value: Decimal
    complete: bool
    text: str
    needs_check: bool = False


@dataclass(frozen=True)
class Series:
    """All that a chart shows, and therefore the key of the cache. Texts are in the reader's language.

    `years`: the plan's first and last. `breaks`: the first year counted over other units, and what happened before it.
    """

    points: tuple[Point, ...]
    targets: tuple[tuple[int, Decimal, str], ...]
    unit: str
    title: str
    description: str
    years: tuple[int, int]
    breaks: tuple[tuple[int, str], ...]
    comma: bool
    narrow: bool = False

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, line: str) -> "Series":
        plain = json.loads(line)
        points = tuple(Point(**p | {"value": Decimal(p["value"])}) for p in plain.pop("points"))
        targets = tuple((year, Decimal(value), text) for year, value, text in plain.pop("targets"))
        years = tuple(plain.pop("years"))
        breaks = tuple((year, text) for year, text in plain.pop("breaks"))
        return cls(points, targets, years=years, breaks=breaks, **plain)


def draw(series: Series) -> str:
    """An `<svg>` with `<title>` and `<desc>`, without styles or scripts, so that the security policy takes it."""
    import vl_convert

    svg = str(vl_convert.vegalite_to_svg(_spec(series), vl_version="6.4", allowed_base_urls=[]))
    head, body = re.match(r"(<svg[^>]*>)(.*)", svg, re.DOTALL).groups()  # type: ignore[union-attr]
    words = f"<title>{escape(series.title)}</title><desc>{escape(series.description)}</desc>"
    return head.replace("<svg", '<svg role="img"', 1) + words + re.sub(r' style="[^"]*"', "", body)


def _spec(series: Series) -> Spec:
    """The chart in Vega-Lite's own words."""
    numbers = [p.value for p in series.points] + [value for _, value, _ in series.targets]
    low, high = min(numbers), max(numbers)
    room = (high - low or high or Decimal(1)) / 4
    bottom = float(Decimal(0) if low >= 0 and low < (high - low) * 2 else max(low - room, Decimal(0)))
    top = float(high + room)
    points, goals = labelled(series, top - bottom)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": NARROW_WIDTH if series.narrow else WIDTH,
        "height": NARROW_HEIGHT if series.narrow else HEIGHT,
        "background": "white",
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": {
                "labelColor": INK,
                "titleColor": INK,
                "gridColor": "#e2e8e8",
                "labelFontSize": 13,
                "titleFontSize": 13,
            },
        },
        "encoding": {"x": _years(series), "y": _values(series, bottom, top)},
        "layer": [
            *_break_layers(series, top),
            *_goal_layers(goals, 24 if series.narrow else 44),
            *_point_layers(points),
        ],
    }


def _years(series: Series) -> Spec:
    first, last = series.years
    shown = sorted({first, last, *(year for year, _, _ in series.targets)}) if series.narrow else range(first, last + 1)
    return {
        "field": "year",
        "type": "quantitative",
        "scale": {"domain": [first - 0.5, last + 0.5], "nice": False},
        "axis": {"values": list(shown), "format": "d", "title": None, "grid": False},
    }


def _values(series: Series, bottom: float, top: float) -> Spec:
    shown = "format(datum.value, ',~f')"
    if series.comma:  # 1,234.5 → 1.234,5
        shown = f"replace(replace(replace({shown}, /,/g, ' '), '.', ','), / /g, '.')"
    return {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [bottom, top]},
        "axis": {"title": None if series.narrow else series.unit, "labelExpr": shown, "tickCount": 5},
    }


def _break_layers(series: Series, top: float) -> list[Spec]:
    """A dashed line before the first year that is counted over other units."""
    if not series.breaks:
        return []
    rows = [{"year": year - 0.5, "text": text, "value": top} for year, text in series.breaks]
    line = _layer(rows, "rule", color=MUTED, strokeDash=[2, 3])
    words = _layer(rows, "text", color=MUTED, align="left", dx=5, dy=8, fontSize=12)
    # The line goes from the bottom to the top; on a narrow chart its words stand below the chart only.
    return [line | {"encoding": {"y": None}}, *([] if series.narrow else [words])]


def _goal_layers(goals: list[dict[str, Any]], width: int) -> list[Spec]:
    if not goals:
        return []
    return [
        _layer(goals, "tick", color=TARGET, thickness=2, size=width, orient="horizontal"),
        _layer(goals, "point", color=TARGET, shape="diamond", filled=True, size=80, opacity=1),
        *_labels(goals, color=TARGET, fontWeight=600),
    ]


def _point_layers(points: list[dict[str, Any]]) -> list[Spec]:
    if not points:
        return []
    fill = {"condition": {"test": "datum.sure", "value": ACCENT}, "value": "white"}
    dots = _layer(points, "point", color=ACCENT, size=70, opacity=1, strokeWidth=2, filled=True)
    return [
        _layer(points, "line", color=ACCENT, strokeWidth=2),
        dots | {"encoding": {"fill": fill, "stroke": {"value": ACCENT}}},
        *_labels([point for point in points if point["labelled"]], color=INK),
    ]


def labelled(series: Series, span: float) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Points and targets with their texts: above them, or below the lower of two that stand close in one year.

    On a narrow chart only the latest point has a text, beside it where the line does not go: the others stand in the
    table below the chart.
    """

    def close(upper: Decimal, lower: Decimal) -> bool:
        return 0 <= upper - lower < span * NEAR

    targets = {year: value for year, value, _ in series.targets}
    values = {p.year: p.value for p in series.points}
    latest = max(values, default=None)

    def beside(p: Point) -> bool:
        near = [targets[year] for year in (p.year, p.year + 1) if year in targets]
        return (
            series.narrow and p.year < series.years[1] and not any(close(p.value, t) or close(t, p.value) for t in near)
        )

    points = [
        {"year": p.year, "value": float(p.value), "text": p.text, "sure": p.complete and not p.needs_check}
        | {"labelled": not series.narrow or p.year == latest, "beside": beside(p)}
        | {"below": p.year in targets and p.value != targets[p.year] and close(targets[p.year], p.value)}
        for p in series.points
    ]
    goals = [
        {"year": year, "value": float(value), "text": text, "beside": False}
        | {"below": year in values and close(values[year], value)}
        for year, value, text in series.targets
    ]
    return points, goals


def _labels(rows: list[dict[str, Any]], **style: Any) -> list[Spec]:
    halos: tuple[dict[str, Any], ...] = ({"stroke": "white", "strokeWidth": 4}, {})  # no line crosses a text
    places: tuple[tuple[dict[str, Any], list[dict[str, Any]]], ...] = (
        ({"dy": -14}, [row for row in rows if not row["below"] and not row["beside"]]),
        ({"dy": 17}, [row for row in rows if row["below"] and not row["beside"]]),
        ({"dx": 9, "dy": 1, "align": "left"}, [row for row in rows if row["beside"]]),
    )
    return [
        _layer(some, "text", fontSize=13, **place, **style, **halo) for place, some in places if some for halo in halos
    ]


def _layer(rows: list[dict[str, Any]], mark: str, **style: Any) -> Spec:
    """Where the rows are and what they look like; x and y are the whole chart's."""
    layer: Spec = {"data": {"values": rows}, "mark": {"type": mark, **style}}
    return layer | {"encoding": {"text": {"field": "text", "type": "nominal"}}} if mark == "text" else layer


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(draw(Series.from_json(line))), flush=True)
