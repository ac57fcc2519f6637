"""A measure over the years as SVG, drawn on the server by Vega-Lite in vl-convert, with both targets on it.

`python -m aggregation.pages.chart` draws: a series as a line of JSON in, the SVG as a line of JSON out
(see `charts.py`).
"""

import json
import re
import sys
from dataclasses import asdict, dataclass
from decimal import Decimal
from html import escape
from typing import Any

from shared.text.decimals import half_up

INK, MUTED, ACCENT, TARGET = "#172022", "#53616a", "#0b5d5e", "#734c00"
WIDTH, HEIGHT = 840, 280
NEAR = 0.12
"""Of the height: closer than this, labels above a value and above its target would cover one another."""
Spec = dict[str, Any]  # a chart or a part of one, in the words of Vega-Lite
FONT = "Be Vietnam Pro, Segoe UI, Roboto, Noto Sans, sans-serif"


@dataclass(frozen=True)
class Point:
    year: int
    value: Decimal
    complete: bool


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
    decimals: int
    comma: bool

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, line: str) -> "Series":
        plain = json.loads(line)
        points = tuple(Point(p["year"], Decimal(p["value"]), p["complete"]) for p in plain.pop("points"))
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
        "width": WIDTH,
        "height": HEIGHT,
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
        "layer": [*_break_layers(series, top), *_goal_layers(goals), *_point_layers(points)],
    }


def _years(series: Series) -> Spec:
    first, last = series.years
    return {
        "field": "year",
        "type": "quantitative",
        "scale": {"domain": [first - 0.5, last + 0.5], "nice": False},
        "axis": {"values": list(range(first, last + 1)), "format": "d", "title": None, "grid": False},
    }


def _values(series: Series, bottom: float, top: float) -> Spec:
    shown = "replace(format(datum.value, '~f'), '.', ',')" if series.comma else "format(datum.value, '~f')"
    return {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [bottom, top]},
        "axis": {"title": series.unit, "labelExpr": shown, "tickCount": 5},
    }


def _break_layers(series: Series, top: float) -> list[Spec]:
    """A dashed line before the first year that is counted over other units."""
    if not series.breaks:
        return []
    rows = [{"year": year - 0.5, "text": text, "value": top} for year, text in series.breaks]
    line = _layer(rows, "rule", color=MUTED, strokeDash=[2, 3])
    return [
        line | {"encoding": {"y": None}},  # from the bottom to the top
        _layer(rows, "text", color=MUTED, align="left", dx=5, dy=8, fontSize=12),
    ]


def _goal_layers(goals: list[dict[str, Any]]) -> list[Spec]:
    if not goals:
        return []
    return [
        _layer(goals, "tick", color=TARGET, thickness=2, size=44, orient="horizontal"),
        _layer(goals, "point", color=TARGET, shape="diamond", filled=True, size=80, opacity=1),
        *_labels(goals, color=TARGET, fontWeight=600),
    ]


def _point_layers(points: list[dict[str, Any]]) -> list[Spec]:
    if not points:
        return []
    fill = {"condition": {"test": "datum.complete", "value": ACCENT}, "value": "white"}
    dots = _layer(points, "point", color=ACCENT, size=70, opacity=1, strokeWidth=2, filled=True)
    return [
        _layer(points, "line", color=ACCENT, strokeWidth=2),
        dots | {"encoding": {"fill": fill, "stroke": {"value": ACCENT}}},
        *_labels(points, color=INK),
    ]


def labelled(series: Series, span: float) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Points and targets with their texts: above them, or below the lower of two that stand close in one year."""

    def close(upper: Decimal, lower: Decimal) -> bool:
        return 0 <= upper - lower < span * NEAR

    targets = {year: value for year, value, _ in series.targets}
    values = {p.year: p.value for p in series.points}
    points = [
        {"year": p.year, "value": float(p.value), "text": _formatted(p.value, series), "complete": p.complete}
        | {"below": p.year in targets and p.value != targets[p.year] and close(targets[p.year], p.value)}
        for p in series.points
    ]
    goals = [
        {"year": year, "value": float(value), "text": text, "below": year in values and close(values[year], value)}
        for year, value, text in series.targets
    ]
    return points, goals


def _labels(rows: list[dict[str, Any]], **style: Any) -> list[Spec]:
    halos: tuple[dict[str, Any], ...] = ({"stroke": "white", "strokeWidth": 4}, {})  # no line crosses a text
    return [
        _layer(some, "text", dy=dy, fontSize=13, **style, **halo)
        for dy, below in ((-14, False), (17, True))
        if (some := [row for row in rows if row["below"] == below])
        for halo in halos
    ]


def _layer(rows: list[dict[str, Any]], mark: str, **style: Any) -> Spec:
    """Where the rows are and what they look like; x and y are the whole chart's."""
    layer: Spec = {"data": {"values": rows}, "mark": {"type": mark, **style}}
    return layer | {"encoding": {"text": {"field": "text", "type": "nominal"}}} if mark == "text" else layer


def _formatted(value: Decimal, series: Series) -> str:
    text = f"{half_up(value, series.decimals):f}"
    return text.replace(".", ",") if series.comma else text


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(draw(Series.from_json(line))), flush=True)
