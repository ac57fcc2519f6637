"""What the page of an indicator shows of one of its measures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, assert_never

from markupsafe import Markup

from aggregation.http.context import AggregationContext
from aggregation.http.presenters import NOTHING, target_of
from aggregation.http.query import Scope
from aggregation.http.schemas import TargetSchema
from aggregation.pages.charts.chart import Series
from aggregation.pages.charts.drawer import Charts
from aggregation.pages.charts.series import series_of
from aggregation.rules.cross_check import BirthsDifference, difference
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value, ValueKey
from shared.catalogue import Measure, Unit
from shared.text import Language
from shared.text.names import alphabetical, name_of


@dataclass(frozen=True)
class ChildRow:
    unit: Unit
    value: Value


@dataclass(frozen=True)
class SumRow:
    """A line of "what the value is made of": the side it stands for, and the key of a message or an element's name."""

    side: Literal["numerator", "denominator"]
    key: str | None = None
    name: str | None = None
    decimals: int | None = None


@dataclass(frozen=True)
class MeasureView:
    """Everything the page of an indicator shows of one of its measures."""

    measure: Measure
    value: Value
    target: TargetSchema | None
    sums: Sequence[SumRow]
    years: Sequence[tuple[str, Value]]
    chart: Markup | None
    narrow_chart: Markup | None
    children: Sequence[ChildRow]
    difference: BirthsDifference | None


async def view_of(
    context: AggregationContext,
    charts: Charts,
    m: Measure,
    scope: Scope,
    values: Mapping[ValueKey, Value],
    units: Mapping[str, Unit],
    spoken: Language,
) -> MeasureView:
    value = values.get(ValueKey(m.code, scope.unit, scope.period, scope.basis), NOTHING)
    years = [
        (key.period, v)
        for key, v in values.items()
        if (key.measure, key.unit) == (m.code, scope.unit) and "Q" not in key.period
    ]
    series = series_of(context.messages, m, years, context.plan.catalogue.plan, spoken)
    wide, narrow = [await _drawn(charts, one) for one in (series, replace(series, narrow=True))]
    rows = [
        ChildRow(units[key.unit], v)
        for key, v in values.items()
        if (key.measure, key.period) == (m.code, scope.period) and key.unit in units and v.expected
    ]
    best_first = m.direction == "higher"
    rows.sort(
        key=lambda row: (row.value.value is None, _rank(row.value, best_first), alphabetical(name_of(row.unit, spoken)))
    )
    births = difference(context.plan, m.code, unit=scope.unit, period=scope.period, basis=scope.basis, values=values)
    sums = sums_of(context.plan, m, spoken)
    return MeasureView(m, value, target_of(m, scope.period), sums, years, wide, narrow, rows, births)


async def _drawn(charts: Charts, series: Series) -> Markup | None:
    svg = await charts.svg(series)
    return Markup(svg) if svg else None  # noqa: S704  # drawn here, texts escaped by the renderer


def _rank(value: Value, best_first: bool) -> Any:
    if value.value is None:
        return 0
    return -value.value if best_first else value.value


def sums_of(plan: PlanIndex, m: Measure, spoken: Language) -> list[SumRow]:
    """What the page says about the formula's two sides: words of its kind, or the names of the elements."""
    match m.kind:
        case "flag_count":
            return [SumRow("numerator", "one.flags"), SumRow("denominator", "one.answered")]
        case "every_quarter":
            return [SumRow("numerator", "one.enough"), SumRow("denominator", "one.communes")]
        case "ratio_of_means":
            return [
                SumRow("numerator", "one.mean_numerator", decimals=2),
                SumRow("denominator", "one.mean_denominator", decimals=2),
            ]
        case "ratio_of_sums" | "milestone" | "national_only":
            catalogued = plan.catalogue.elements
            rows = [SumRow("numerator", name=name_of(catalogued[m.numerator], spoken))]
            if m.denominator:
                rows.append(SumRow("denominator", name=name_of(catalogued[m.denominator], spoken)))
            return rows
        case _:
            assert_never(m.kind)
