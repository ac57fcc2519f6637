"""Submissions under /api/v1: their lists, one with its reviews, and the decisions about it (docs/design.md 6)."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.access import Person
from shared.database import idempotency
from shared.errors import not_found
from shared.security_log import security_event
from shared.web.cursor import decode, listing
from shared.web.etag import IfMatch, etag, expected_versions
from shared.web.idempotency import attempt_of, replayed
from shared.web.openapi import IDEMPOTENT, headers
from submissions.commands.answers import Decided
from submissions.commands.context import Actor, SubmissionsContext
from submissions.commands.decide import Decision, decide_submission
from submissions.http.bodies import DecisionBody, WithdrawalBody
from submissions.http.context import Anyone, Context, Coordinator, Reporter, actor_of
from submissions.http.etag import tag_of
from submissions.http.illustrative import Illustrative, read_illustrative
from submissions.http.query import SubmissionQuery
from submissions.http.schemas import SubmissionDetail, SubmissionList, submission_detail, submission_item
from submissions.rules.review import without_reasons
from submissions.rules.submission import SubmissionRecord
from submissions.rules.texts import text
from submissions.store import read

router = APIRouter(prefix="/api/v1")
CHANGED: dict[int | str, dict[str, Any]] = {200: headers(200, "ETag")[200]}


@router.get("/submissions", response_model=SubmissionList)
async def list_submissions(context: Context, person: Anyone, query: Annotated[SubmissionQuery, Query()]) -> Any:
    narrowed, before = query.narrowed(context, person), decode(query.cursor, datetime, UUID)
    async with context.engine.connect() as tx:
        submissions = await read.list_submissions(tx, narrowed, before, query.limit + 1)
    return listing(
        submissions,
        query.limit,
        lambda one: (one.received_at, one.id),
        lambda one: submission_item(context.disclosed(person, one)),
    )


@router.get("/submissions/{submission_id}", responses=headers(200, "ETag"))
async def get_submission(context: Context, person: Anyone, submission_id: UUID, response: Response) -> SubmissionDetail:
    async with context.engine.connect() as tx:
        submission = await find_submission(tx, context, person, submission_id)
        reviews = await read.reviews(tx, submission.obligation.id)
    response.headers["ETag"] = etag(submission.obligation.version)
    own = [one for one in reviews if one.submission_id == submission.id]
    return submission_detail(submission, without_reasons(own) if submission.withheld else own)


async def find_submission(
    tx: AsyncConnection, context: SubmissionsContext, person: Person, submission_id: UUID
) -> SubmissionRecord:
    """As the person may read it; a look at a unit's secret figures is logged. 404 for none, 403 for one that is not the
    person's to read."""
    submission = await read.find_submission(tx, submission_id)
    if submission is None:
        raise not_found(text("problem.no_submission"))
    context.check_access(person, submission.obligation.unit)
    if context.policy.needs_to_know(person):
        security_event(
            "security.sensitive-read", person, submission=str(submission.id), about=submission.obligation.unit
        )
    return context.disclosed(person, submission)


@router.post(
    "/submissions/{submission_id}/decision",
    response_model=Decided,
    openapi_extra=IDEMPOTENT,
    responses=CHANGED,
)
async def decide(
    context: Context,
    person: Coordinator,
    submission_id: UUID,
    body: DecisionBody,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
    illustrative: Illustrative = None,
) -> Any:
    pretended_at = read_illustrative(context, illustrative)
    attempt = await attempt_of(request, person.subject)
    decision = Decision(
        submission_id,
        body.decision,
        body.reason,
        attempt,
        expected_versions(if_match),
        frozenset(body.confirmed),
        pretended_at,
    )
    return await answer_decision(context, actor_of(request, person), decision, response)


@router.post(
    "/submissions/{submission_id}/withdrawal",
    response_model=Decided,
    openapi_extra=IDEMPOTENT,
    responses=CHANGED,
)
async def withdraw(
    context: Context,
    person: Reporter,
    submission_id: UUID,
    body: WithdrawalBody,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    attempt = await attempt_of(request, person.subject)
    decision = Decision(
        submission_id, "withdraw", body.reason, attempt, expected_versions(if_match), frozenset(body.confirmed)
    )
    return await answer_decision(context, actor_of(request, person), decision, response)


async def answer_decision(
    context: SubmissionsContext, actor: Actor, decision: Decision, response: Response
) -> Decided | Response:
    """With the obligation's new ETag, the first answer's own when it is given again."""
    answer = await decide_submission(context, actor, decision)
    if isinstance(answer, idempotency.Replay):
        return replayed(answer, tag_of(answer.body))
    response.headers["ETag"] = etag(answer.version)
    return answer
