"""Obligations under /api/v1: their lists, opening a period, and the report that answers one (docs/design.md 6)."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response

from shared.database import idempotency
from shared.errors import not_found
from shared.web.cursor import Cursor, Limit, decode, listing
from shared.web.idempotency import attempt_of, replayed
from shared.web.language import language
from submissions.commands.answers import Opened, Receipt, body_of
from submissions.commands.open_period import open_period, read_period
from submissions.commands.submit import Posting, submit_report
from submissions.http.bodies import OpeningBody, SubmissionBody
from submissions.http.context import Anyone, Context, Opener, Reporter, actor_of
from submissions.http.etag import etag, expected_versions
from submissions.http.illustrative import Illustrative, read_illustrative
from submissions.http.schemas import ObligationDetail, ObligationList, obligation_detail, obligation_item
from submissions.rules.obligation import State
from submissions.rules.texts import text
from submissions.store import read
from submissions.store.read import ObligationFilter

router = APIRouter(prefix="/api/v1")
IfMatch = Annotated[str | None, Header()]
Code = Annotated[str | None, Query(max_length=80)]


@router.get("/obligations", response_model=ObligationList)
async def list_obligations(
    context: Context,
    person: Anyone,
    unit: Code = None,
    period: Code = None,
    form: Code = None,
    state: Annotated[list[State] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Any:
    narrowed = ObligationFilter(context.readable_units(person, unit), period, form, tuple(state or ()))
    async with context.engine.connect() as tx:
        obligations = await read.list_obligations(tx, narrowed, position(cursor), limit + 1)
    return listing(obligations, limit, lambda one: (one.due_at, one.id), obligation_item)


@router.post("/obligations/opening", response_model=Opened)
async def open_obligations(context: Context, person: Opener, body: OpeningBody, request: Request) -> Any:
    period = read_period(body.period)
    attempt = await attempt_of(request, person.subject)
    answer = await open_period(context, person, period, attempt)
    return replayed(answer) if isinstance(answer, idempotency.Replay) else answer


@router.get("/obligations/{obligation_id}")
async def get_obligation(context: Context, person: Anyone, obligation_id: UUID, response: Response) -> ObligationDetail:
    async with context.engine.connect() as tx:
        obligation = await read.find_obligation(tx, obligation_id)
    if obligation is None:
        raise not_found(text("problem.no_obligation"))
    context.check_access(person, obligation.unit)
    response.headers["ETag"] = etag(obligation.version)
    return obligation_detail(obligation, context.rules[obligation.form])


@router.post("/obligations/{obligation_id}/submissions", status_code=201, response_model=Receipt)
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
    posting = Posting(obligation_id, attempt, language(request), expected_versions(if_match), pretended_at)
    report = body.report(illustrative=illustrative is not None)
    answer = await submit_report(context, actor_of(request, person), posting, report)
    if isinstance(answer, idempotency.Replay):
        return replayed(answer)
    headers = {"Location": f"/api/v1/submissions/{answer.id}"}
    return Response(body_of(answer), 201, headers, media_type="application/json")


def position(cursor: str | None) -> tuple[datetime, UUID] | None:
    """Of the last row of the page before: its instant and its id."""
    decoded = decode(cursor, datetime, UUID)
    return None if decoded is None else (decoded[0], decoded[1])
