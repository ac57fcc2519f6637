"""Taking a report: one transaction that claims the key, locks the obligation, checks, keeps the revision, publishes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import idempotency
from shared.errors import Problem, invalid, not_found
from shared.messaging import publish
from shared.text import Language, Text
from submissions import events
from submissions.commands.answers import Receipt, receipt
from submissions.commands.context import Actor, SubmissionsContext
from submissions.http.etag import check_match
from submissions.rules.submission import Rejected, Report, revise
from submissions.rules.violation import Finding
from submissions.store import write
from submissions.store.rows import Row

NO_OBLIGATION = Text("Không có nghĩa vụ báo cáo này", "There is no such obligation")


@dataclass(frozen=True)
class Posting:
    """What is asked, apart from the report itself."""

    obligation_id: UUID
    attempt: idempotency.Attempt | None
    if_match: str | None
    language: Language
    # Demonstrations play past years: an illustrative report may pretend to have come earlier.
    pretended_at: datetime | None = None


class Refused(Problem):
    """A report with faults. Carries the findings, so that a page can show each beside its cell."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(422, "invalid", invalid([]).title, [f.fault() for f in findings])
        self.findings = findings


async def take(
    context: SubmissionsContext, actor: Actor, asked: Posting, report: Report
) -> Receipt | idempotency.Replay:
    """The receipt of the new revision, or the first answer again. Raises `Refused`, 403, 404, 412, leaving nothing."""
    async with context.engine.begin() as tx:
        if replay := await idempotency.begin(tx, asked.attempt):
            return replay
        duty = await lock(tx, context, actor, asked)
        now = asked.pretended_at or context.clock.now()
        revision = revise(context.rules[duty["form"]], duty, report, now, context.settings.close_after_years)
        if isinstance(revision, Rejected):
            raise Refused(list(revision.faults))
        row = {
            **revision.row,
            "submitted_role": actor.person.role,
            "submitted_unit": actor.person.unit,
            "trace_id": actor.trace_id,
        }
        version = await write.keep_submission(tx, row)
        answer = receipt(row, duty, asked.language)
        await idempotency.finish(tx, asked.attempt, 201, body_of(answer))
        await publish(tx, events.received(duty, row, revision.observations, version, context.catalogue.version))
    return answer


async def lock(tx: AsyncConnection, context: SubmissionsContext, actor: Actor, asked: Posting) -> Row:
    duty = await write.lock_obligation(tx, asked.obligation_id)
    if duty is None:
        raise not_found(NO_OBLIGATION)
    context.check_acting(actor.person, duty["unit"])
    check_match(asked.if_match, duty["version"])
    return duty


def body_of(answer: BaseModel) -> bytes:
    return answer.model_dump_json().encode()
