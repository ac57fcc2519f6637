"""Inspections and their findings."""

from datetime import date
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, Body, Request
from sqlalchemy import RowMapping
from starlette.responses import Response

from audit.commands.record_inspection import log_inspection, record_finding
from audit.http.context import AuditContext, CaseReader, Context, Inspector
from audit.http.schemas import (
    FINDING_IN,
    INSPECTION_IN,
    FindingItem,
    InspectionDetail,
    InspectionItem,
    InspectionList,
    request_body,
)
from audit.rules.finding import SEVERITIES, read_finding
from audit.rules.inspection import State, read_inspection, state_of
from audit.rules.texts import fault, text
from audit.store import inspections as store
from shared.database import idempotency
from shared.errors import invalid, not_found
from shared.text import Fault
from shared.web import cursor as cursors
from shared.web.idempotency import attempt_of, replayed

router = APIRouter(prefix="/api/v1/inspections", tags=["inspections"])
STATES: tuple[State, ...] = get_args(State)


@router.post("", status_code=201, response_model=InspectionDetail, openapi_extra=request_body(INSPECTION_IN))
async def post_inspection(
    request: Request, context: Context, person: Inspector, raw: Annotated[Any, Body()]
) -> Response:
    """All faults are named at once. `Idempotency-Key` is honoured."""
    item, faults = read_inspection(raw, context.vocabulary, context.today())
    if item is None:
        raise invalid(faults)
    attempt = await attempt_of(request, person.subject)
    async with context.engine.begin() as tx:
        if replay := await idempotency.begin(tx, attempt):
            return replayed(replay)
        id_ = await log_inspection(tx, item, context.author(person))
        row = await store.find(tx, id_)
        assert row is not None
        body = detail(row, await store.findings_of(tx, id_), context.today()).model_dump_json().encode()
        await idempotency.finish(tx, attempt, 201, body)
    return Response(body, 201, {"Location": f"/api/v1/inspections/{id_}"}, media_type="application/json")


@router.get("", response_model=InspectionList)
async def list_inspections(
    context: Context,
    person: CaseReader,
    unit: str | None = None,
    period: str | None = None,
    state: str | None = None,
    limit: cursors.Limit = 50,
    cursor: cursors.Cursor = None,
) -> Any:
    """Open ones first, the oldest on top."""
    return await listing(context, unit, period, read_filters(context, unit, period, state), limit, cursor)


def read_filters(context: AuditContext, unit: str | None, period: str | None, state: str | None) -> State | None:
    faults: list[Fault] = []
    if unit and unit not in context.vocabulary.units:
        faults.append(fault("unknown-unit", "/query/unit", value=unit))
    if period and period not in context.vocabulary.periods:
        faults.append(fault("unknown-period", "/query/period", value=period))
    known = next((one for one in STATES if one == state), None)
    if state and known is None:
        faults.append(fault("unknown-state", "/query/state", value=state, options=", ".join(STATES)))
    if faults:
        raise invalid(faults, title=text("problem.bad_search"))
    return known


async def listing(
    context: AuditContext, unit: str | None, period: str | None, state: State | None, limit: int, cursor: str | None
) -> cursors.Listing:
    after = cursors.decode(cursor, int, date, int)
    if after is not None and not (0 <= after[0] <= 1 and 0 <= after[2] < 2**63):
        raise cursors.bad_cursor()
    today = context.today()
    async with context.engine.connect() as tx:
        rows = await store.search(tx, unit=unit, period=period, state=state, today=today, after=after, limit=limit + 1)
    return cursors.listing(rows, limit, store.place_of, lambda row: item_of(row, today))


@router.get("/{inspection_id}", response_model=InspectionDetail)
async def get_inspection(inspection_id: UUID, context: Context, person: CaseReader) -> Any:
    return await case(context, inspection_id)


async def case(context: AuditContext, inspection_id: UUID) -> InspectionDetail:
    async with context.engine.connect() as tx:
        row = await store.find(tx, inspection_id)
        if row is None:
            raise not_found(text("problem.no_inspection"))
        return detail(row, await store.findings_of(tx, inspection_id), context.today())


@router.post(
    "/{inspection_id}/findings", status_code=201, response_model=FindingItem, openapi_extra=request_body(FINDING_IN)
)
async def post_finding(
    request: Request, inspection_id: UUID, context: Context, person: Inspector, raw: Annotated[Any, Body()]
) -> Response:
    """One finding. `Idempotency-Key` is honoured."""
    faults: list[Fault] = []
    item = read_finding(raw, "", faults, context.vocabulary.measures)
    if faults:
        raise invalid(faults)
    attempt = await attempt_of(request, person.subject)
    async with context.engine.begin() as tx:
        if replay := await idempotency.begin(tx, attempt):
            return replayed(replay)
        id_ = await record_finding(tx, inspection_id, item, context.author(person))
        row = next(one for one in await store.findings_of(tx, inspection_id) if one["id"] == id_)
        body = finding_of(row).model_dump_json().encode()
        await idempotency.finish(tx, attempt, 201, body)
    return Response(body, 201, {"Location": f"/api/v1/inspections/{inspection_id}"}, media_type="application/json")


def item_of(row: RowMapping, today: date) -> InspectionItem:
    return InspectionItem(**_common(row, today))


def detail(row: RowMapping, findings: Any, today: date) -> InspectionDetail:
    found = [finding_of(one) for one in findings]
    return InspectionDetail(**_common(row, today), scope=row["scope"], trace_id=row["trace_id"], findings=found)


def finding_of(row: RowMapping) -> FindingItem:
    return FindingItem(**{name: row[name] for name in FindingItem.model_fields})


def _common(row: RowMapping, today: date) -> dict[str, Any]:
    computed = {"state", "age_days", "by_severity"}
    return {name: row[name] for name in InspectionItem.model_fields if name not in computed} | {
        "state": state_of(row["started_on"], row["ended_on"], row["signed_on"], today),
        "age_days": max(0, (today - row["started_on"]).days),
        "by_severity": {name: row[name] for name in SEVERITIES},
    }
