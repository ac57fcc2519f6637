"""HTTP under /api/v1 (docs/design.md 6)."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response

from shared.auth import Person, require
from shared.database import idempotency
from shared.errors import Problem, invalid, not_found
from shared.text import Fault, Text
from shared.web.cursor import Cursor, Limit, decode, listing
from shared.web.idempotency import attempt_of, replayed
from shared.web.language import language
from submissions.commands.answers import Decided, Opened, Receipt
from submissions.commands.context import Actor, SubmissionsContext, context_of, narrowed_units
from submissions.commands.decide import NO_SUBMISSION, Decision, settle
from submissions.commands.open_period import open_period, read_period
from submissions.commands.submit import NO_OBLIGATION, Posting, body_of, take
from submissions.http.etag import etag
from submissions.http.schemas import (
    DecisionBody,
    ObligationDetail,
    ObligationList,
    OpeningBody,
    SubmissionBody,
    SubmissionDetail,
    SubmissionList,
    WithdrawalBody,
    obligation_detail,
    obligation_item,
    submission_detail,
    submission_item,
)
from submissions.rules.obligation import State
from submissions.store import read
from submissions.store.read import Filter

router = APIRouter(prefix="/api/v1")
Anyone = Annotated[Person, Depends(require())]
Unit = Annotated[Person, Depends(require("reporter", "head"))]
Coordinator = Annotated[Person, Depends(require("coordinator"))]
Opener = Annotated[Person, Depends(require("coordinator", "ops"))]
Context = Annotated[SubmissionsContext, Depends(context_of)]
IfMatch = Annotated[str | None, Header()]
Code = Annotated[str | None, Query(max_length=80)]
Illustrative = Annotated[str | None, Header(alias="X-Tiendo-Illustrative", max_length=40)]

BAD_MOMENT = Text(
    "Ghi true, hoặc một thời điểm đã qua kèm múi giờ.", "Write true, or a past instant with its time zone."
)
NOT_HERE = Text("Hệ thống chính thức không nhận dữ liệu minh họa", "The real system takes no illustrative data")


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
    narrowed = Filter(narrowed_units(context, person, unit), period, form, tuple(state or ()))
    async with context.engine.connect() as tx:
        rows = await read.list_obligations(tx, narrowed, _after(cursor), limit + 1)
    return listing(rows, limit, lambda row: (row["due_at"], row["id"]), obligation_item)


@router.post("/obligations/opening", response_model=Opened)
async def open_obligations(context: Context, person: Opener, body: OpeningBody, request: Request) -> Any:
    period = read_period(body.period)
    attempt = await attempt_of(request, person.subject)
    return _answer(await open_period(context, person, period, attempt))


@router.get("/obligations/{obligation_id}")
async def get_obligation(context: Context, person: Anyone, obligation_id: UUID, response: Response) -> ObligationDetail:
    async with context.engine.connect() as tx:
        row = await read.find_obligation(tx, obligation_id)
    if row is None:
        raise not_found(NO_OBLIGATION)
    context.check_acting(person, row["unit"])
    response.headers["ETag"] = etag(row["version"])
    return obligation_detail(row, context.rules[row["form"]])


@router.post("/obligations/{obligation_id}/submissions", status_code=201, response_model=Receipt)
async def submit(
    context: Context,
    person: Unit,
    obligation_id: UUID,
    body: SubmissionBody,
    request: Request,
    if_match: IfMatch = None,
    illustrative: Illustrative = None,
) -> Any:
    pretended_at = check_illustrative(context, illustrative)
    attempt = await attempt_of(request, person.subject)
    asked = Posting(obligation_id, attempt, if_match, language(request), pretended_at)
    report = body.report(illustrative=illustrative is not None)
    answer = await take(context, Actor.of(request, person), asked, report)
    if isinstance(answer, idempotency.Replay):
        return replayed(answer)
    headers = {"Location": f"/api/v1/submissions/{answer.id}"}
    return Response(body_of(answer), 201, headers, media_type="application/json")


@router.get("/submissions", response_model=SubmissionList)
async def list_submissions(
    context: Context,
    person: Anyone,
    unit: Code = None,
    period: Code = None,
    form: Code = None,
    state: Annotated[list[State] | None, Query()] = None,
    obligation: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Any:
    narrowed = Filter(narrowed_units(context, person, unit), period, form, tuple(state or ()), obligation)
    async with context.engine.connect() as tx:
        rows = await read.list_submissions(tx, narrowed, _after(cursor), limit + 1)
    return listing(rows, limit, lambda row: (row["received_at"], row["id"]), submission_item)


@router.get("/submissions/{submission_id}")
async def get_submission(context: Context, person: Anyone, submission_id: UUID, response: Response) -> SubmissionDetail:
    async with context.engine.connect() as tx:
        row = await read.find_submission(tx, submission_id)
        if row is None:
            raise not_found(NO_SUBMISSION)
        context.check_acting(person, row["unit"])
        reviews = await read.reviews(tx, row["obligation_id"])
    response.headers["ETag"] = etag(row["version"])
    return submission_detail(row, [r for r in reviews if r["submission_id"] == row["id"]])


@router.post("/submissions/{submission_id}/decision", response_model=Decided)
async def decide(
    context: Context,
    person: Coordinator,
    submission_id: UUID,
    body: DecisionBody,
    request: Request,
    if_match: IfMatch = None,
) -> Any:
    attempt = await attempt_of(request, person.subject)
    decision = Decision(submission_id, body.decision, body.reason, attempt, if_match)
    return _answer(await settle(context, Actor.of(request, person), decision))


@router.post("/submissions/{submission_id}/withdrawal", response_model=Decided)
async def withdraw(
    context: Context,
    person: Unit,
    submission_id: UUID,
    body: WithdrawalBody,
    request: Request,
    if_match: IfMatch = None,
) -> Any:
    attempt = await attempt_of(request, person.subject)
    decision = Decision(submission_id, "withdraw", body.reason, attempt, if_match)
    return _answer(await settle(context, Actor.of(request, person), decision))


def check_illustrative(context: SubmissionsContext, told: str | None) -> datetime | None:
    """`X-Tiendo-Illustrative: true`, or the past instant the report pretends to come at. Never in production."""
    if told is None:
        return None
    if context.settings.environment == "production":
        raise Problem(400, "illustrative-refused", NOT_HERE)
    if told == "true":
        return None
    try:
        moment = datetime.fromisoformat(told)
        if moment.tzinfo is None or moment > context.clock.now():
            raise ValueError(told)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # 0001-01-01T00:00+14:00 is no instant in UTC
        raise invalid([Fault("instant_invalid", "/header/X-Tiendo-Illustrative", BAD_MOMENT)]) from None


def _answer(answer: Any) -> Any:
    return replayed(answer) if isinstance(answer, idempotency.Replay) else answer


def _after(cursor: str | None) -> tuple[datetime, UUID] | None:
    decoded = decode(cursor, datetime, UUID)
    return None if decoded is None else (decoded[0], decoded[1])
