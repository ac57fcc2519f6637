"""The page of one indicator: its measures, where each stands and what it is made of. It works without JavaScript."""

from collections.abc import Collection, Sequence

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from aggregation.http.context import Context, Reader
from aggregation.http.outlook import outlooks
from aggregation.http.query import RequestedScope, Scope
from aggregation.http.reading import Reading, reading
from aggregation.pages.charts.drawer import Charts
from aggregation.pages.document import document_name
from aggregation.pages.doubts import doubt_lines
from aggregation.pages.measure_view import view_of
from aggregation.pages.periods import selectable_periods
from aggregation.pages.words import PageWords
from aggregation.rules.assessment import combine
from aggregation.rules.cross_check import beside
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Value, ValueKey
from aggregation.store import read
from shared.auth import require
from shared.calendar import Period
from shared.catalogue import Unit
from shared.errors import not_found
from shared.web.language import language
from shared.web.shell.page import page

router = APIRouter(include_in_schema=False, dependencies=[Depends(require())])


@router.get("/indicators/{code}", response_class=HTMLResponse)
async def one_indicator(
    request: Request, context: Context, code: str, scope: RequestedScope, person: Reader
) -> HTMLResponse:
    plan, spoken = context.plan, language(request)
    if code not in plan.catalogue.indicators:
        raise not_found(context.messages.text("fault.indicator_unknown"))
    indicator = plan.catalogue.indicators[code]
    measures = [m for m in plan.measures.values() if m.indicator == code]
    units = _units_below(plan, scope)
    async with context.snapshot() as tx:
        values = await _read_values(reading(tx, context, person), scope, [m.code for m in measures], units)
        doubts = await doubt_lines(tx, context, person, scope, measures)
        periods = await read.periods(tx)
        illustrative = await read.illustrative(tx, [p for p in periods if p[:4] == scope.period[:4]])
        reach = await outlooks(tx, plan, scope)
    charts: Charts = request.app.state.charts
    views = [await view_of(context, charts, m, scope, values, units, spoken) for m in measures]
    return page(
        request,
        "indicator.html",
        indicator=indicator,
        views=views,
        published={m.code for m in measures if context.view(person).reads_published(m, scope.unit)},
        doubts=doubts,
        owners=[owner for owner in indicator.owners if owner.is_valid_on(Period.parse(scope.period).cut_off)],
        **PageWords(context, scope, spoken, person).names(),
        combined=combine(view.value.assessment for view in views),
        reach=reach,
        document=document_name(context.messages, plan.source(), spoken),
        periods=selectable_periods(context, scope, periods),
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
    reading: Reading, scope: Scope, codes: Sequence[str], units: Collection[str]
) -> dict[ValueKey, Value]:
    """Every period of the unit itself and the period of the units below it."""
    twins = [twin for code in codes for twin in beside(reading.plan, code)]
    return await reading.series([*codes, *twins], scope) | await reading.below(codes, scope, units)
