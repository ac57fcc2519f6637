"""JSON under /api/v1: values, their history, what they are made of, and who has reported (docs/design.md 6.2)."""

from collections.abc import Mapping

from fastapi import APIRouter, Depends, Request

from aggregation.http.context import AggregationContext, Context, Reader
from aggregation.http.explanation import Evidence, evidence_of, withholds
from aggregation.http.outlook import outlooks
from aggregation.http.presenters import history_item, item
from aggregation.http.query import AsOf, RequestedScope, Scope, measures_of
from aggregation.http.reading import reading
from aggregation.http.schemas import (
    CellSchema,
    ContributionSchema,
    Coverage,
    CoverageItem,
    CoverageTotal,
    Explanation,
    Explanations,
    History,
    Indicators,
    IndicatorSchema,
)
from aggregation.rules.disclosure import View
from aggregation.rules.every_quarter import Outlook
from aggregation.rules.formula import element_of
from aggregation.rules.records import Value, ValueKey
from aggregation.store import read
from shared.access import Person
from shared.auth import require
from shared.catalogue import Measure
from shared.web.cursor import Cursor, Limit, decode, encode
from shared.web.language import language
from shared.web.query.parameters import ReportingPeriod

MAX_CONTRIBUTIONS = 2000
router = APIRouter(prefix="/api/v1", dependencies=[Depends(require())], tags=["indicators"])


@router.get("/indicators", response_model=Indicators)
async def indicators(
    request: Request, context: Context, scope: RequestedScope, person: Reader, as_of: AsOf = None
) -> Indicators:
    """Every measure of the plan, also those without data. `as_of` gives what stood then."""
    async with context.snapshot() as tx:
        shown = await reading(tx, context, person).values(scope, as_of)
        reach = await outlooks(tx, context.plan, scope) if as_of is None else None
    spoken = language(request)
    return Indicators(
        items=[
            item(
                m,
                scope.unit,
                scope.period,
                scope.basis,
                shown.get(_key(m, scope)),
                spoken,
                None if reach is None else _out_of_reach(reach, m),
            )
            for m in context.plan.measures.values()
        ]
    )


@router.get("/indicators/{code}/history", response_model=History)
async def history(
    context: Context, code: str, scope: RequestedScope, person: Reader, cursor: Cursor = None, limit: Limit = 100
) -> History:
    """Every value that stood for the period, newest first: restatements stay readable. For a reader without need to
    know: of a secret sum every one that was published, and nothing of what is withheld, since an instant or a row too
    few would tell which correction left a count as it was."""
    before = decode(cursor, int)
    async with context.snapshot() as tx:
        rows = await reading(tx, context, person).history(
            measures_of(context, code), scope, before=before[0] if before else None, limit=limit + 1
        )
    shown = rows[:limit]
    return History(
        items=[history_item(key.measure, scope.unit, scope.period, scope.basis, value) for _, key, value in shown],
        next=encode(shown[-1][0]) if len(rows) > limit else None,
    )


@router.get("/indicators/{code}/explanation", response_model=Explanations)
async def explanation(
    request: Request, context: Context, code: str, scope: RequestedScope, person: Reader
) -> Explanations:
    """The sums a value is made of and the submissions behind them, one explanation per measure of `code`."""
    async with context.snapshot() as tx:
        found = [
            (m, await evidence_of(reading(tx, context, person), m, scope, limit=MAX_CONTRIBUTIONS))
            for m in measures_of(context, code)
        ]
        reach = await outlooks(tx, context.plan, scope)
    spoken = language(request)
    return Explanations(
        items=[
            _explained(
                context,
                person,
                item(m, scope.unit, scope.period, scope.basis, one.value, spoken, _out_of_reach(reach, m)),
                one,
            )
            for m, one in found
        ]
    )


@router.get("/coverage", response_model=Coverage)
async def coverage(context: Context, period: ReportingPeriod = None) -> Coverage:
    """Every opened obligation of a unit that stands on the cut-off day, and whether its answer counts."""
    async with context.engine.connect() as tx:
        rows = await read.coverage(tx, [period or await context.shown_year()])
    items = [
        CoverageItem(
            unit=r.unit,
            form=r.form,
            period=r.period,
            obligation_id=r.obligation_id,
            due_at=r.due_at,
            received=r.received is not None,
            accepted=r.accepted is not None,
        )
        for r in rows
        if r.unit in context.plan.catalogue.units and context.plan.stands(r.unit, r.period)
    ]
    totals = [
        CoverageTotal(
            form=form,
            expected=sum(i.form == form for i in items),
            received=sum(i.form == form and i.received for i in items),
            accepted=sum(i.form == form and i.accepted for i in items),
        )
        for form in sorted({i.form for i in items})
    ]
    return Coverage(items=items, totals=totals)


def _key(m: Measure, scope: Scope) -> ValueKey:
    return ValueKey(m.code, scope.unit, scope.period, scope.basis)


def _explained(context: AggregationContext, person: Person, indicator: IndicatorSchema, found: Evidence) -> Explanation:
    return Explanation(
        indicator=indicator,
        cells=[
            CellSchema(
                element=element_of(key.element),
                disaggregation=key.disaggregation,
                value=c.value,
                valued=c.valued,
                reported=c.reported,
                expected=c.expected,
                estimates=c.estimates,
                implausible=c.implausible,
                suppressed=key in found.hidden,
            )
            for key, c in found.cells.items()
        ],
        contributions=[_contribution(context.view(person), row, found.value) for row in found.contributions],
        truncated=found.more,
    )


def _out_of_reach(reach: Mapping[str, Outlook], m: Measure) -> bool:
    return m.code in reach and reach[m.code].out_of_reach


def _contribution(view: View, row: read.Contribution, value: Value) -> ContributionSchema:
    hidden = withholds(view, row, value)
    return ContributionSchema(
        unit=row.unit,
        period=row.period,
        form=row.form,
        obligation_id=row.obligation_id,
        submission_id=row.submission_id,
        revision=row.revision,
        element=element_of(row.element),
        disaggregation=row.disaggregation,
        value=None if hidden else row.value,
        status=row.status,
        suppressed=hidden,
        illustrative=row.illustrative,
        implausible=row.implausible and not hidden,
    )
