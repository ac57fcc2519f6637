"""Obligations under /api/v1: their lists, opening a period, and the report that answers one (docs/design.md 6)."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.access import Person
from shared.database import idempotency
from shared.errors import not_found
from shared.web.cursor import decode, listing
from shared.web.etag import IfMatch, etag, expected_versions
from shared.web.idempotency import attempt_of, replayed
from shared.web.language import language
from shared.web.openapi import IDEMPOTENT, headers
from submissions.commands.answers import Opened, Receipt
from submissions.commands.context import SubmissionsContext
from submissions.commands.open_period import open_period, read_period
from submissions.commands.submit import Posting, submit_report
from submissions.http.bodies import OpeningBody, SubmissionBody
from submissions.http.context import Anyone, Context, Opener, Reporter, actor_of
from submissions.http.etag import location, tag_of
from submissions.http.illustrative import Illustrative, read_illustrative
from submissions.http.query import ObligationQuery
from submissions.http.schemas import ObligationDetail, ObligationList, obligation_detail, obligation_item
from submissions.http.submit_route import SubmitRoute
from submissions.rules.obligation import ReportingObligation
from submissions.rules.texts import text
from submissions.store import read

router = APIRouter(prefix="/api/v1")
reports = APIRouter(prefix="/api/v1", route_class=SubmitRoute)


@reports.post(
    "/obligations/{obligation_id}/submissions",
    status_code=201,
    response_model=Receipt,
    openapi_extra=IDEMPOTENT,
    responses=headers(201, "Location", "ETag"),
)
async def submit(
    context: Context,
    person: Reporter,
    obligation_id: UUID,
    body: SubmissionBody,
    request: Request,
    if_match: IfMatch = None,
    illustrative: Illustrative = None,
) -> Any:
    pretended_at = read_illustrative(context, illustrative)
    attempt = await attempt_of(request, person.subject)
    posting = Posting(obligation_id, attempt, language(request), expected_versions(if_match), pretended_at=pretended_at)
    report = body.report(illustrative=illustrative is not None)
    answer = await submit_report(context, actor_of(request, person), posting, report)
    if isinstance(answer, idempotency.Replay):
        return replayed(answer, {"Location": location(answer.created_id), **tag_of(answer.body)})
    headers = {"Location": location(answer.id), "ETag": etag(answer.version)}
    return Response(answer.body, 201, headers, media_type="application/json")


@router.get("/obligations", response_model=ObligationList)
async def list_obligations(context: Context, person: Anyone, query: Annotated[ObligationQuery, Query()]) -> Any:
    narrowed, after = query.narrowed(context, person), decode(query.cursor, datetime, UUID)
    async with context.engine.connect() as tx:
        obligations = await read.list_obligations(tx, narrowed, after, query.limit + 1)
    return listing(obligations, query.limit, lambda one: (one.due_at, one.id), obligation_item)


@router.post("/obligations/opening", response_model=Opened, openapi_extra=IDEMPOTENT)
async def open_obligations(
    context: Context, person: Opener, body: OpeningBody, request: Request, illustrative: Illustrative = None
) -> Any:
    period, pretended_at = read_period(body.period), read_illustrative(context, illustrative)
    attempt = await attempt_of(request, person.subject)
    answer = await open_period(context, person, period, attempt, pretended_at)
    return replayed(answer) if isinstance(answer, idempotency.Replay) else answer


@router.get("/obligations/{obligation_id}", responses=headers(200, "ETag"))
async def get_obligation(context: Context, person: Anyone, obligation_id: UUID, response: Response) -> ObligationDetail:
    async with context.engine.connect() as tx:
        obligation = await find_obligation(tx, context, person, obligation_id)
    response.headers["ETag"] = etag(obligation.version)
    return obligation_detail(obligation, context.rules[obligation.form])


async def find_obligation(
    tx: AsyncConnection, context: SubmissionsContext, person: Person, obligation_id: UUID
) -> ReportingObligation:
    """404 for none, 403 for one that is not the person's to read."""
    obligation = await read.find_obligation(tx, obligation_id)
    if obligation is None:
        raise not_found(text("problem.no_obligation"))
    context.check_access(person, obligation.unit)
    return obligation
