"""The years of a measure and its targets, with their words, as the chart draws them."""

from collections.abc import Sequence
from typing import Any

from aggregation.http.presenters import amount, bound
from aggregation.pages.charts.chart import Point, Series
from aggregation.rules.records import Value
from shared.catalogue import Measure, Plan
from shared.catalogue.measure import Operator
from shared.text import Language
from shared.text.figures import number
from shared.text.messages import Messages
from shared.text.names import name_of


def series_of(
    messages: Messages, m: Measure, years: Sequence[tuple[str, Value]], plan: Plan, spoken: Language
) -> Series:
    points = tuple(
        Point(int(year), v.value, v.reported == v.expected, amount(m, v, year, spoken), v.needs_check)
        for year, v in sorted(years)
        if v.value is not None
    )
    unit = m.unit_vi if spoken == "vi" else m.unit_en

    def goal(op: Operator, value: Any) -> str:
        return bound(m, op, number(value, language=spoken))

    targets = tuple((t.year, t.value, goal(t.op, t.value)) for t in m.targets if t.year in plan.target_years)

    def said(p: Point) -> str:
        unsure = (("chart.incomplete", not p.complete), ("chart.needs_check", p.needs_check))
        words = ", ".join(messages.plain(spoken, key) for key, applies in unsure if applies)
        return f"{p.year}: {p.text} ({words})" if words else f"{p.year}: {p.text}"

    reported = "; ".join(said(p) for p in points)
    goals = "; ".join(f"{year}: {text}" for year, _, text in targets)
    values = reported or messages.plain(spoken, "chart.no_values")
    return Series(
        points=points,
        targets=targets,
        unit=unit,
        title=messages.plain(spoken, "chart.title", name=name_of(m, spoken), unit=unit),
        description=messages.plain(spoken, "chart.description", values=values, targets=goals),
        years=(plan.years[0], plan.years[-1]),
        breaks=tuple((one.first_year, name_of(one, spoken)) for one in plan.breaks),
        comma=spoken == "vi",
    )
