"""The pages of the place "Tiến độ". They work without JavaScript."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, assert_never

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from aggregation.http.presenters import NOTHING, bound, target_of
from aggregation.http.query import AggregationContext, Asked, Place, anyone, context_of
from aggregation.http.schemas import TargetSchema
from aggregation.pages.chart import Point, Series
from aggregation.pages.dashboard import board, tally
from aggregation.rules.cross_check import Difference, beside, difference
from aggregation.rules.formula import elements, strategy
from aggregation.rules.masking import all_masked
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value, ValueKey
from aggregation.store import read
from shared.calendar import Period
from shared.catalogue import Measure, Plan, Unit
from shared.catalogue.measure import Operator
from shared.catalogue.plan import Document
from shared.errors import not_found
from shared.text import Language, Text
from shared.text.figures import number
from shared.text.names import alphabetical, name_of
from shared.web.language import language
from shared.web.shell.page import page

router = APIRouter(include_in_schema=False, dependencies=[anyone])


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
    children: Sequence[ChildRow]
    difference: Difference | None


@router.get("/indicators", response_class=HTMLResponse)
async def dashboard(request: Request, asked: Asked) -> HTMLResponse:
    context = context_of(request)
    catalogue = context.plan.catalogue
    first = sorted({elements(m)[0] for m in context.plan.measures.values()})
    async with context.engine.connect() as tx:
        values = await read.values(tx, unit=asked.unit, basis=asked.basis, periods=[asked.period])
        answered = await read.answered(tx, period=asked.period, basis=asked.basis, elements=first)
        periods = await read.periods(tx)
        made_up = await read.illustrative(tx, _with_quarters(asked.period))
    below = {
        element: [(unit, done) for unit, done in units if asked.unit in context.plan.path(unit)]
        for element, units in answered.items()
    }
    shown = all_masked(context.plan, values)
    rows = board(context.plan, unit=asked.unit, period=asked.period, basis=asked.basis, values=shown, answered=below)
    return page(
        request,
        "dashboard.html",
        objectives=rows,
        tally=tally(rows),
        count=len(catalogue.indicators),
        quarter=Period.parse(asked.period).quarter is not None,
        asked=asked,
        owes=context.plan.owes,
        bound=bound,
        strategy=strategy,
        periods=_periods(context, asked, periods),
        illustrative=made_up,
    )


@router.get("/indicators/{code}", response_class=HTMLResponse)
async def one_indicator(request: Request, code: str, asked: Asked) -> HTMLResponse:
    context, catalogue, spoken = context_of(request), context_of(request).plan.catalogue, language(request)
    if code not in catalogue.indicators:
        raise not_found(Text("Kế hoạch không có chỉ tiêu này", "The plan has no such indicator"))
    indicator = catalogue.indicators[code]
    measures = [m for m in context.plan.measures.values() if m.indicator == code]
    names = [m.code for m in measures]
    twins = [twin for name in names for twin in beside(context.plan, name)]
    day = Period.parse(asked.period).cut_off
    children = {unit.key: unit for unit in catalogue.children(asked.unit, day)}
    communes = {
        unit.key: unit
        for unit in catalogue.units_on(day)
        if unit.level == "commune" and asked.unit in context.plan.path(unit.key)
    }
    async with context.engine.connect() as tx:
        series = all_masked(
            context.plan, await read.series(tx, measures=[*names, *twins], unit=asked.unit, basis=asked.basis)
        )
        below = all_masked(
            context.plan,
            await read.below(
                tx, measures=names, period=asked.period, basis=asked.basis, units=list(children | communes)
            ),
        )
        periods = await read.periods(tx)
        made_up = await read.illustrative(tx, [p for p in periods if p[:4] == asked.period[:4]])
    units = children | communes
    views = [await _view(context, m, asked, series, below, units, spoken) for m in measures]
    owners = [o for o in indicator.owners if o.is_valid_on(day)]
    return page(
        request,
        "indicator.html",
        indicator=indicator,
        views=views,
        owners=owners,
        asked=asked,
        owes=context.plan.owes,
        bound=bound,
        strategy=strategy,
        document=document_name(context.plan.source(), spoken),
        category_name=lambda dimension, category: _category(context.plan, dimension, category, spoken),
        periods=_periods(context, asked, periods),
        illustrative=made_up,
    )


async def _view(
    context: AggregationContext,
    m: Measure,
    asked: Place,
    series: Mapping[ValueKey, Value],
    below: Mapping[ValueKey, Value],
    units: dict[str, Unit],
    spoken: Language,
) -> MeasureView:
    value = series.get(ValueKey(m.code, asked.unit, asked.period, asked.basis), NOTHING)
    years = [(key.period, v) for key, v in series.items() if key.measure == m.code and "Q" not in key.period]
    drawn = await context.charts.svg(series_of(m, years, context.plan.catalogue.plan, spoken))
    svg = Markup(drawn) if drawn else None
    rows = [ChildRow(units[key.unit], v) for key, v in below.items() if key.measure == m.code and v.expected]
    best_first = m.direction == "higher"
    rows.sort(
        key=lambda row: (row.value.value is None, _rank(row.value, best_first), alphabetical(name_of(row.unit, spoken)))
    )
    found = difference(context.plan, m.code, unit=asked.unit, period=asked.period, basis=asked.basis, values=series)
    sums = _made_of(context.plan, m, spoken)
    return MeasureView(m, value, target_of(m, asked.period), sums, years, svg, rows, found)


def _rank(value: Value, best_first: bool) -> Any:
    if value.value is None:
        return 0
    return -value.value if best_first else value.value


def _made_of(plan: PlanIndex, m: Measure, spoken: Language) -> list[SumRow]:
    """What the page tells of the formula's two sides: words of its kind, or the names of the elements."""
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
            known = plan.catalogue.elements
            rows = [SumRow("numerator", name=name_of(known[m.numerator], spoken))]
            if m.denominator:
                rows.append(SumRow("denominator", name=name_of(known[m.denominator], spoken)))
            return rows
        case _:
            assert_never(m.kind)


def series_of(m: Measure, years: Sequence[tuple[str, Value]], plan: Plan, spoken: Language) -> Series:
    points = tuple(
        Point(int(year), v.value, v.reported == v.expected) for year, v in sorted(years) if v.value is not None
    )
    unit = m.unit_vi if spoken == "vi" else m.unit_en

    def told(op: Operator, value: Any) -> str:
        return bound(m, op, number(value, language=spoken))

    targets = tuple((t.year, t.value, told(t.op, t.value)) for t in m.targets if t.year in plan.target_years)
    seen = "; ".join(f"{p.year}: {number(p.value, m.decimals, language=spoken)}" for p in points)
    goals = "; ".join(f"{year}: {text}" for year, _, text in targets)
    if spoken == "vi":
        title, description = f"{m.name_vi} ({unit})", f"Thực hiện {seen or 'chưa có'}. Mục tiêu {goals}."
    else:
        title, description = f"{m.name_en} ({unit})", f"Values {seen or 'none yet'}. Targets {goals}."
    breaks = tuple((one.first_year, one.name_vi if spoken == "vi" else one.name_en) for one in plan.breaks)
    span = plan.years[0], plan.years[-1]
    return Series(points, targets, unit, title, description, span, breaks, m.decimals, spoken == "vi")


KINDS = {
    "NQ": Text("Nghị quyết", "Resolution"),
    "QĐ": Text("Quyết định", "Decision"),
    "KH": Text("Kế hoạch", "Plan"),
}


def document_name(document: Document | None, spoken: Language) -> str | None:
    """ "Nghị quyết 28/NQ-CP": the kind is the first part of a number's symbol (docs/domain.md 5)."""
    if document is None:
        return None
    kind = KINDS.get(document.number.rpartition("/")[2].partition("-")[0])
    words = None if kind is None else kind.vi if spoken == "vi" else kind.en
    return f"{words} {document.number}" if words else document.number


def _category(plan: PlanIndex, dimension: str, category: str, spoken: Language) -> str:
    for known in plan.catalogue.dimensions[dimension].categories:
        if known.id == category:
            return known.name_vi if spoken == "vi" else known.name_en
    return category


def _with_quarters(period: str) -> list[str]:
    return [period, *(str(quarter) for quarter in Period.parse(period).quarters)]


def _periods(context: AggregationContext, asked: Place, known: Sequence[str]) -> list[str]:
    return sorted({*known, asked.period, context.year, *(p[:4] for p in known)}, reverse=True)
