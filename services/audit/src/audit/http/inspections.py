"""Inspections and their findings."""

import json
from datetime import date
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, Body, Request
from starlette.responses import Response

from audit.commands.answers import InspectionDetail, body_of, inspection_detail, inspection_item
from audit.commands.record_finding import record_finding
from audit.commands.record_inspection import record_inspection
from audit.http.context import AuditContext, Context, Inspector, Reader
from audit.http.disclosed import disclosed_detail, disclosed_item
from audit.http.schemas import FINDING_ALONE_IN, INSPECTION_IN, InspectionList, request_body
from audit.rules.finding import read_finding
from audit.rules.inspection import State, read_inspection
from audit.rules.inspection_record import FindingRecord
from audit.rules.texts import text
from audit.store import inspections as store
from shared.access import Person
from shared.database.idempotency import Replay
from shared.errors import invalid, not_found
from shared.security_log import security_event
from shared.text import Fault
from shared.web import cursor as cursors
from shared.web.etag import IfMatch, etag, expected_versions
from shared.web.idempotency import attempt_of, replayed
from shared.web.openapi import IDEMPOTENT, headers
from shared.web.query.parameters import Given, ReportingPeriod, Unit

router = APIRouter(prefix="/api/v1/inspections", tags=["inspections"])
STATES: tuple[State, ...] = get_args(State)


@router.post(
    "",
    status_code=201,
    response_model=InspectionDetail,
    openapi_extra=request_body(INSPECTION_IN) | IDEMPOTENT,
    responses=headers(201, "Location"),
)
async def post_inspection(
    request: Request, context: Context, person: Inspector, raw: Annotated[Any, Body()]
) -> Response:
    """All faults are named at once. `Idempotency-Key` is honoured."""
    inspection, faults = read_inspection(raw, context.vocabulary, context.clock.today())
    if inspection is None:
        raise invalid(faults)
    attempt = await attempt_of(request, person.subject)
    answer = await record_inspection(context.engine, context.author(person), inspection, attempt)
    id_ = answer.created_id if isinstance(answer, Replay) else answer.id
    return created(answer, {"Location": f"/api/v1/inspections/{id_}"})


def created(answer: InspectionDetail | FindingRecord | Replay, headers: dict[str, str]) -> Response:
    """201, or the first answer again, with the headers of the first."""
    if isinstance(answer, Replay):
        return replayed(answer, headers)
    return Response(body_of(answer), 201, headers, media_type="application/json")


@router.get("", response_model=InspectionList)
async def list_inspections(
    context: Context,
    person: Reader,
    unit: Unit = None,
    period: ReportingPeriod = None,
    state: Given[State] = None,
    limit: cursors.Limit = 50,
    cursor: cursors.Cursor = None,
) -> Any:
    """Open ones first, the oldest on top. A unit reads those of itself, and of what ended in it."""
    return await listing(context, person, context.inspected_units(person, unit), period, state, limit, cursor)


async def listing(
    context: AuditContext,
    person: Person,
    units: tuple[str, ...],
    period: str | None,
    state: State | None,
    limit: int,
    cursor: str | None,
) -> cursors.Listing:
    """Of all units where `units` names none."""
    after = cursors.decode(cursor, int, date, int)
    if after is not None and not (0 <= after[0] <= 1 and 0 <= after[2] < 2**63):
        raise cursors.bad_cursor()
    today = context.clock.today()
    async with context.engine.connect() as tx:
        records = await store.search(
            tx, units=units, period=period, state=state, today=today, after=after, limit=limit + 1
        )
    return cursors.listing(
        records,
        limit,
        store.list_position,
        lambda record: disclosed_item(context, person, inspection_item(record, today)),
    )


@router.get("/{inspection_id}", response_model=InspectionDetail, responses=headers(200, "ETag"))
async def get_inspection(inspection_id: UUID, context: Context, person: Reader, response: Response) -> Any:
    """The ETag is for `If-Match` of another finding."""
    detail = await find(context, inspection_id, person)
    response.headers.update({"ETag": etag(len(detail.findings))})
    return detail


async def find(context: AuditContext, inspection_id: UUID, person: Person) -> InspectionDetail:
    """As the person may read it; a look at words that are withheld from others is logged. Problem 404 for none,
    and for one of a unit that the person does not read."""
    readable = context.readable_units(person)
    async with context.engine.connect() as tx:
        record = await store.find(tx, inspection_id)
        if record is None or (readable and record.unit not in readable):
            raise not_found(text("problem.no_inspection"))
        detail = inspection_detail(record, await store.findings_of(tx, inspection_id), context.clock.today())
    if context.policy.needs_to_know(person):
        security_event("security.sensitive-read", person, inspection=str(inspection_id), about=record.unit)
    return disclosed_detail(context, person, detail)


@router.post(
    "/{inspection_id}/findings",
    status_code=201,
    response_model=FindingRecord,
    openapi_extra=request_body(FINDING_ALONE_IN) | IDEMPOTENT,
    responses=headers(201, "Location", "ETag"),
)
async def post_finding(
    request: Request,
    inspection_id: UUID,
    context: Context,
    person: Inspector,
    raw: Annotated[Any, Body()],
    if_match: IfMatch = None,
) -> Response:
    """One finding. `Idempotency-Key` is honoured; with `If-Match`, 412 when others were recorded meanwhile."""
    faults: list[Fault] = []
    finding = read_finding(raw, "", faults, context.vocabulary.measures)
    if faults:
        raise invalid(faults)
    attempt = await attempt_of(request, person.subject)
    expected = expected_versions(if_match)
    answer = await record_finding(context.engine, context.author(person), inspection_id, finding, attempt, expected)
    findings = json.loads(answer.body)["position"] if isinstance(answer, Replay) else answer.position
    return created(answer, {"Location": f"/api/v1/inspections/{inspection_id}", "ETag": etag(findings)})
