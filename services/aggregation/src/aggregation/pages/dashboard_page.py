"""The first page of the place "Tiến độ": every indicator of the plan. It works without JavaScript."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from aggregation.http.context import Context, Reader
from aggregation.http.outlook import outlooks
from aggregation.http.query import RequestedScope
from aggregation.http.reading import reading
from aggregation.pages.dashboard import build_dashboard, in_state, tally
from aggregation.pages.doubts import doubt_lines
from aggregation.pages.periods import selectable_periods
from aggregation.pages.words import PageWords
from aggregation.rules.formula import elements
from aggregation.store import read
from shared.auth import require
from shared.calendar import Period
from shared.events import Assessment
from shared.web.language import language
from shared.web.shell.page import page

router = APIRouter(include_in_schema=False, dependencies=[Depends(require())])


@router.get("/indicators", response_class=HTMLResponse)
async def dashboard(
    request: Request,
    context: Context,
    scope: RequestedScope,
    person: Reader,
    state: Annotated[Assessment | None, Query(description="only the indicators in this state")] = None,
) -> HTMLResponse:
    plan = context.plan
    first = sorted({elements(m)[0] for m in plan.measures.values()})
    async with context.snapshot() as tx:
        shown = await reading(tx, context, person).values(scope)
        answered = await read.answered(tx, period=scope.period, basis=scope.basis, elements=first)
        doubts = await doubt_lines(tx, context, person, scope, plan.measures.values())
        periods = await read.periods(tx)
        illustrative = await read.illustrative(tx, _with_quarters(scope.period))
        reach = await outlooks(tx, plan, scope)
    below = {
        element: [(unit, done) for unit, done in units if scope.unit in plan.path(unit)]
        for element, units in answered.items()
    }
    rows = build_dashboard(plan, unit=scope.unit, period=scope.period, basis=scope.basis, values=shown, answered=below)
    return page(
        request,
        "dashboard.html",
        doubts=doubts,
        objectives=rows if state is None else in_state(rows, state),
        state_only=state,
        tally=tally(rows),
        count=len(plan.catalogue.indicators),
        quarter=Period.parse(scope.period).quarter is not None,
        **PageWords(context, scope, language(request), person).names(),
        reach=reach,
        periods=selectable_periods(context, scope, periods),
        illustrative=illustrative,
    )


def _with_quarters(period: str) -> list[str]:
    return [period, *(str(quarter) for quarter in Period.parse(period).quarters)]
