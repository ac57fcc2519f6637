"""The pages of the place "Tiến độ". They work without JavaScript."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, assert_never

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.http.context import AggregationContext, Context
from aggregation.http.presenters import NOTHING, bound, target_of
from aggregation.http.query import RequestedScope, Scope
from aggregation.http.schemas import TargetSchema
from aggregation.pages.chart import Point, Series
from aggregation.pages.charts import Charts
from aggregation.pages.dashboard import build_dashboard, tally
from aggregation.rules.cross_check import BirthsDifference, beside, difference
from aggregation.rules.formula import elements, strategy
from aggregation.rules.masking import all_masked
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value, ValueKey
from aggregation.store import read
from shared.auth import require
from shared.calendar import Period
from shared.catalogue import Measure, Plan, Unit
from shared.catalogue.measure import Operator
from shared.catalogue.plan import Document
from shared.errors import not_found
from shared.text import Language
from shared.text.figures import number
from shared.text.messages import Messages
from shared.text.names import alphabetical, name_of
from shared.web.language import language
from shared.web.shell.page import page

router = APIRouter(include_in_schema=False, dependencies=[Depends(require())])


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
    difference: BirthsDifference | None


@router.get("/indicators", response_class=HTMLResponse)
async def dashboard(request: Request, context: Context, scope: RequestedScope) -> HTMLResponse:
    plan = context.plan
    first = sorted({elements(m)[0] for m in plan.measures.values()})
    async with context.engine.connect() as tx:
        values = await read.values(tx, unit=scope.unit, basis=scope.basis, periods=[scope.period])
        answered = await read.answered(tx, period=scope.period, basis=scope.basis, elements=first)
        periods = await read.periods(tx)
        illustrative = await read.illustrative(tx, _with_quarters(scope.period))
    below = {
        element: [(unit, done) for unit, done in units if scope.unit in plan.path(unit)]
        for element, units in answered.items()
    }
    shown = all_masked(plan, values)
    rows = build_dashboard(plan, unit=scope.unit, period=scope.period, basis=scope.basis, values=shown, answered=below)
    return page(
        request,
        "dashboard.html",
        objectives=rows,
        tally=tally(rows),
        count=len(plan.catalogue.indicators),
        quarter=Period.parse(scope.period).quarter is not None,
        scope=scope,
        owes=plan.owes,
        bound=bound,
        strategy=strategy,
        periods=_periods(context, scope, periods),
        illustrative=illustrative,
    )


@router.get("/indicators/{code}", response_class=HTMLResponse)
async def one_indicator(request: Request, context: Context, code: str, scope: RequestedScope) -> HTMLResponse:
    plan, spoken = context.plan, language(request)
    if code not in plan.catalogue.indicators:
        raise not_found(context.messages.text("fault.indicator_unknown"))
    indicator = plan.catalogue.indicators[code]
    measures = [m for m in plan.measures.values() if m.indicator == code]
    units = _units_below(plan, scope)
    async with context.engine.connect() as tx:
        values = await _read_values(tx, plan, scope, [m.code for m in measures], units)
        periods = await read.periods(tx)
        illustrative = await read.illustrative(tx, [p for p in periods if p[:4] == scope.period[:4]])
    charts: Charts = request.app.state.charts
    views = [await _view(context, charts, m, scope, values, units, spoken) for m in measures]
    return page(
        request,
        "indicator.html",
        indicator=indicator,
        views=views,
        owners=[owner for owner in indicator.owners if owner.is_valid_on(Period.parse(scope.period).cut_off)],
        scope=scope,
        owes=plan.owes,
        bound=bound,
        strategy=strategy,
        document=document_name(context.messages, plan.source(), spoken),
        category_name=lambda dimension, category: _category(plan, dimension, category, spoken),
        periods=_periods(context, scope, periods),
        illustrative=illustrative,
    )


def _units_below(plan: PlanIndex, scope: Scope) -> dict[str, Unit]:
    """The children of the unit and all communes below it, as they are on the period's cut-off day."""
    day = Period.parse(scope.period).cut_off
    children = {unit.key: unit for unit in plan.catalogue.children(scope.unit, day)}
    communes = {
        unit.key: unit
        for unit in plan.catalogue.units_on(day)
        if unit.level == "commune" and scope.unit in plan.path(unit.key)
    }
    return children | communes


async def _read_values(
    tx: AsyncConnection, plan: PlanIndex, scope: Scope, codes: Sequence[str], units: Collection[str]
) -> dict[ValueKey, Value]:
    """Every period of the unit itself and the period of the units below it, as the reader may see them."""
    twins = [twin for code in codes for twin in beside(plan, code)]
    series = await read.series(tx, measures=[*codes, *twins], unit=scope.unit, basis=scope.basis)
    below = await read.below(tx, measures=codes, period=scope.period, basis=scope.basis, units=units)
    return all_masked(plan, series | below)


async def _view(
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
    drawn = await charts.svg(series_of(context.messages, m, years, context.plan.catalogue.plan, spoken))
    svg = Markup(drawn) if drawn else None
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
    sums = _made_of(context.plan, m, spoken)
    return MeasureView(m, value, target_of(m, scope.period), sums, years, svg, rows, births)


def _rank(value: Value, best_first: bool) -> Any:
    if value.value is None:
        return 0
    return -value.value if best_first else value.value


def _made_of(plan: PlanIndex, m: Measure, spoken: Language) -> list[SumRow]:
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


def series_of(
    messages: Messages, m: Measure, years: Sequence[tuple[str, Value]], plan: Plan, spoken: Language
) -> Series:
    points = tuple(
        Point(int(year), v.value, v.reported == v.expected) for year, v in sorted(years) if v.value is not None
    )
    unit = m.unit_vi if spoken == "vi" else m.unit_en

    def goal(op: Operator, value: Any) -> str:
        return bound(m, op, number(value, language=spoken))

    targets = tuple((t.year, t.value, goal(t.op, t.value)) for t in m.targets if t.year in plan.target_years)
    reported = "; ".join(f"{p.year}: {number(p.value, m.decimals, language=spoken)}" for p in points)
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
        decimals=m.decimals,
        comma=spoken == "vi",
    )


DOCUMENT_KINDS = {"NQ": "document.resolution", "QĐ": "document.decision", "KH": "document.plan"}


def document_name(messages: Messages, document: Document | None, spoken: Language) -> str | None:
    """ "Nghị quyết 28/NQ-CP": the kind is the first part of a number's symbol (docs/domain.md 5)."""
    if document is None:
        return None
    kind = DOCUMENT_KINDS.get(document.number.rpartition("/")[2].partition("-")[0])
    return f"{messages.plain(spoken, kind)} {document.number}" if kind else document.number


def _category(plan: PlanIndex, dimension: str, category: str, spoken: Language) -> str:
    for one in plan.catalogue.dimensions[dimension].categories:
        if one.id == category:
            return name_of(one, spoken)
    return category


def _with_quarters(period: str) -> list[str]:
    return [period, *(str(quarter) for quarter in Period.parse(period).quarters)]


def _periods(context: AggregationContext, scope: Scope, opened: Sequence[str]) -> list[str]:
    """What the reader may switch to, newest first."""
    return sorted({*opened, scope.period, context.year, *(p[:4] for p in opened)}, reverse=True)
