"""Deciding about a revision: accept or return it (coordinator), withdraw it (its unit). One transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import uuid6
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import idempotency
from shared.errors import conflict, forbidden, invalid, not_found, precondition_failed
from shared.messaging import publish
from shared.text.personal_data import CONFIRMATION
from shared.text.words import kept
from submissions import events
from submissions.commands.answers import Decided, body_of
from submissions.commands.authority import check_coordinator
from submissions.commands.context import Actor, SubmissionsContext
from submissions.rules import limits
from submissions.rules.checks.narrative import check_decision_reason
from submissions.rules.checks.personal_data import WrittenText, check_personal_data
from submissions.rules.obligation import State
from submissions.rules.review import Act, Refusal, Review, next_state
from submissions.rules.submission import LockedSubmission
from submissions.rules.texts import text
from submissions.store import write


@dataclass(frozen=True)
class Decision:
    """`expected_versions`: one of them is the obligation's, or the client saw another state; None when any will do.

    `confirmed` are the codes of what the person has looked at again.
    """

    submission_id: UUID
    act: Act
    reason: str | None
    attempt: idempotency.Attempt | None = None
    expected_versions: frozenset[int] | None = None
    confirmed: frozenset[str] = frozenset()
    # Of a demonstration: when the decision pretends to have been taken.
    pretended_at: datetime | None = None


async def decide_submission(
    context: SubmissionsContext, actor: Actor, decision: Decision
) -> Decided | idempotency.Replay:
    """The new state, or the first answer again. Raises 403, 404, 409, 412, 422; leaves nothing then."""
    async with context.engine.begin() as tx:
        submission = await lock(tx, context, actor, decision)
        if replay := await idempotency.begin(tx, decision.attempt):
            return replay
        check_seen(submission, decision)
        state, confirmed = check_decision(submission, decision)
        review = Review(
            id=uuid6.uuid7(),
            submission_id=submission.id,
            act=decision.act,
            reason=kept(decision.reason) or None,
            decided_at=decision.pretended_at or context.clock.now(),
            role=actor.person.role,
            unit=actor.person.unit,
            trace_id=actor.trace_id,
            confirmed=confirmed,
            decided_by=actor.person.subject,
        )
        version = await write.advance(tx, submission.obligation.id, state, submission.revision)
        await write.set_state(tx, submission.id, state)
        await write.insert_review(tx, review)
        answer = Decided(
            id=submission.id,
            revision=submission.revision,
            state=state,
            decided_at=review.decided_at,
            trace_id=actor.trace_id,
            version=version,
        )
        await idempotency.finish(tx, decision.attempt, 200, body_of(answer))
        event = events.decided(review, submission, version, context.catalogue.version, actor.acting)
        await publish(tx, event)
    return answer


async def lock(tx: AsyncConnection, context: SubmissionsContext, actor: Actor, decision: Decision) -> LockedSubmission:
    """404 when there is none, 403 when it is not the actor's, or when it is the actor's own."""
    submission = await write.lock_submission(tx, decision.submission_id)
    if submission is None:
        raise not_found(text("problem.no_submission"))
    if decision.act == "withdraw":
        context.check_access(actor.person, submission.obligation.unit)
    else:
        check_coordinator(context.catalogue, actor.person, context.clock.today())
        if submission.is_of(actor.person):
            raise forbidden(text("problem.own_report"))
    return submission


def check_seen(submission: LockedSubmission, decision: Decision) -> None:
    """412 when its obligation is not what the client saw."""
    if decision.expected_versions is not None and submission.obligation.version not in decision.expected_versions:
        raise precondition_failed()


def check_decision(submission: LockedSubmission, decision: Decision) -> tuple[State, list[str]]:
    """The state that the revision gets, and what was confirmed. 422 for its reason, 409 when it cannot be."""
    violations = check_decision_reason(decision.reason, required=decision.act != "accept")
    reason = WrittenText("/reason", kept(decision.reason)[: limits.REASON])
    personal, confirmed = check_personal_data([reason], decision.confirmed)
    if violations + personal:
        raise invalid([v.fault() for v in violations + personal])
    state = next_state(submission.state, submission.revision, submission.obligation.revision, decision.act)
    if isinstance(state, Refusal):
        raise conflict(state.code, text(f"problem.{state.code}"))
    return state, [CONFIRMATION] if confirmed else []
