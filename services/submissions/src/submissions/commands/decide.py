"""Deciding about a revision: accept or return it (coordinator), withdraw it (its unit). One transaction."""

from dataclasses import dataclass
from uuid import UUID

import uuid6

from shared.database import idempotency
from shared.errors import Problem, conflict, invalid, not_found
from shared.messaging import publish
from shared.text import Text
from submissions import events
from submissions.commands.answers import Decided
from submissions.commands.authority import check_coordinator
from submissions.commands.context import Actor, SubmissionsContext
from submissions.commands.submit import body_of
from submissions.http.etag import check_match
from submissions.rules.checks.texts import check_decision_reason
from submissions.rules.review import Act, Refusal, decide
from submissions.store import write

NO_SUBMISSION = Text("Không có báo cáo này", "There is no such submission")
REFUSALS = {
    "not_latest": Text(
        "Đã có bản mới hơn; chỉ xử lý bản mới nhất.", "There is a later revision; only the latest can be decided."
    ),
    "already_accepted": Text(
        "Báo cáo đã được chấp nhận. Để sửa, gửi bản đính chính; để lấy lại, đề nghị cơ quan tổng hợp trả lại.",
        "The report is accepted. Send a correction, or ask the coordinator to return it.",
    ),
    "already_returned": Text(
        "Báo cáo đã được trả lại; chờ đơn vị gửi bản mới.", "The report is returned; the unit sends a new revision."
    ),
    "already_withdrawn": Text(
        "Báo cáo đã được rút; chờ đơn vị gửi bản mới.", "The report is withdrawn; the unit sends a new revision."
    ),
}


@dataclass(frozen=True)
class Decision:
    submission_id: UUID
    act: Act
    reason: str | None
    attempt: idempotency.Attempt | None = None
    if_match: str | None = None


async def settle(context: SubmissionsContext, actor: Actor, decision: Decision) -> Decided | idempotency.Replay:
    """The new state, or the first answer again. Raises 403, 404, 409, 412, 422; leaves nothing then."""
    async with context.engine.begin() as tx:
        if replay := await idempotency.begin(tx, decision.attempt):
            return replay
        row = await write.lock_submission(tx, decision.submission_id)
        if row is None:
            raise not_found(NO_SUBMISSION)
        if decision.act == "withdraw":
            context.check_acting(actor.person, row["unit"])
        else:
            check_coordinator(context.catalogue, actor.person, context.today())
        check_match(decision.if_match, row["version"])
        if faults := check_decision_reason(decision.reason, required=decision.act != "accept"):
            raise invalid([f.fault() for f in faults])
        after = decide(row["state"], row["revision"], row["latest_revision"], decision.act)
        if isinstance(after, Refusal):
            raise refused(after)
        now = context.clock.now()
        version = await write.advance(tx, row["obligation_id"], after, row["revision"])
        await write.set_state(tx, row["id"], after)
        await write.insert_review(
            tx,
            {
                "id": uuid6.uuid7(),
                "submission_id": row["id"],
                "act": decision.act,
                "reason": (decision.reason or "").strip() or None,
                "decided_at": now,
                "role": actor.person.role,
                "unit": actor.person.unit,
                "trace_id": actor.trace_id,
            },
        )
        answer = Decided(
            id=row["id"],
            revision=row["revision"],
            state=after,
            decided_at=now,
            trace_id=actor.trace_id,
            version=version,
        )
        await idempotency.finish(tx, decision.attempt, 200, body_of(answer))
        await publish(tx, events.decided(decision.act, row, version, now, context.catalogue.version))
    return answer


def refused(refusal: Refusal) -> Problem:
    return conflict(refusal.code, REFUSALS[refusal.code])
