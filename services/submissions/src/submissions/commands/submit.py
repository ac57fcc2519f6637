"""Taking a report: one transaction that locks the obligation, checks, keeps revision and answer, publishes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import uuid6
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver, idempotency
from shared.database.write import joined
from shared.errors import Problem, not_found
from shared.messaging import publishing
from shared.text import Language, texts
from submissions import events
from submissions.commands.answers import Submitted, body_of, receipt
from submissions.commands.context import Actor, SubmissionsContext
from submissions.rules import limits
from submissions.rules.checks.plausibility import Yardsticks, elements_to_compare, last_year_of
from submissions.rules.obligation import LockedObligation
from submissions.rules.revision import Arrival, Rejected, Report, revise
from submissions.rules.texts import text
from submissions.rules.violation import Violation
from submissions.store import read
from submissions.store.write import keep_submission, lock_obligation

FORBIDDEN = 403


@dataclass(frozen=True)
class Posting:
    """What a request to submit says apart from the report itself.

    `expected_versions`: one of them is the obligation's, or the client saw another state; None when any will do.
    """

    obligation_id: UUID
    attempt: idempotency.Attempt | None
    language: Language
    expected_versions: frozenset[int] | None = None
    # Begins the keys of everything sent from one opened page: what this page sent itself, its reader has seen.
    page: str | None = None
    # Demonstrations play past years: an illustrative report may pretend to have come earlier.
    pretended_at: datetime | None = None


class Refused(Problem):
    """A report with faults. Carries the violations, so that a page can show each beside its cell."""

    def __init__(self, violations: Sequence[Violation], version: int) -> None:
        super().__init__(422, "invalid", texts.text("problem.invalid"), [v.fault() for v in violations])
        self.violations = violations
        self.version = version  # of the obligation, that the report was checked for


class Outdated(Problem):
    """412: the obligation has changed since the client saw it. Carries what is wrong with the report besides."""

    STATUS = 412

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__(self.STATUS, "precondition-failed", texts.text("problem.precondition_failed"))
        self.violations = violations


async def submit_report(
    context: SubmissionsContext, actor: Actor, posting: Posting, report: Report
) -> Submitted | idempotency.Replay:
    """The receipt of the new revision, or the first answer again.

    Raises `Refused`, `Outdated`, 403, 404, leaving nothing.
    """
    attempt = posting.attempt
    async with driver.connection(context.engine) as tx:
        try:
            async with driver.transaction(tx):
                if attempt is not None and posting.page is not None:
                    attempt = await idempotency.of_page(tx, attempt, posting.page)
                return await take(tx, context, actor, replace(posting, attempt=attempt), report)
        except (Problem, IntegrityError) as error:
            if isinstance(error, Problem) and error.status == FORBIDDEN:
                raise
            # The same request may have been answered since the obligation was looked up: then this is its answer, too.
            if replay := await idempotency.find(tx, attempt):
                return replay
            raise


async def take(
    tx: AsyncConnection, context: SubmissionsContext, actor: Actor, posting: Posting, report: Report
) -> Submitted | idempotency.Replay:
    """As `submit_report`, in its transaction. IntegrityError when another one has answered the attempt meanwhile."""
    obligation = await lock(tx, context, actor, posting)
    if isinstance(obligation, idempotency.Replay):
        return obligation
    arrival = Arrival(
        id=uuid6.uuid7(),
        received_at=posting.pretended_at or context.clock.now(),
        role=actor.person.role,
        unit=actor.person.unit,
        trace_id=actor.trace_id,
        by=actor.person.subject,
    )
    yardsticks = await read_yardsticks(tx, context, obligation, report)
    rules, years = context.rules[obligation.form], context.settings.close_after_years
    given = rules, obligation, report, arrival, years, yardsticks
    # Half a megabyte of words is read for a second: in a thread, so that nobody else waits for it.
    revision = await asyncio.to_thread(revise, *given) if report.length > limits.LONG else revise(*given)
    violations = revision.violations if isinstance(revision, Rejected) else ()
    if not await is_current(tx, obligation, posting):
        raise Outdated(violations)
    if isinstance(revision, Rejected):
        raise Refused(violations, obligation.version)
    version = obligation.version + 1
    body = body_of(receipt(revision, version, posting.language))
    everything = joined(
        *keep_submission(revision, version),
        *idempotency.keeping(posting.attempt, 201, body),
        *publishing(tx, events.received(obligation, revision, version, context.catalogue.version, actor.acting)),
    )
    await driver.fetch(tx, *everything)
    return Submitted(arrival.id, version, body)


async def read_yardsticks(
    tx: AsyncConnection, context: SubmissionsContext, obligation: LockedObligation, report: Report
) -> Yardsticks:
    """What the figures are compared with. A statement more only where last year has no figure for a large one."""
    last_year = last_year_of(obligation.previous_observations)
    elements = elements_to_compare(context.rules[obligation.form], report.entries, last_year)
    like = await read.like_units(tx, obligation, context.like_units(obligation), elements) if elements else {}
    return Yardsticks(last_year, like, obligation.previous_period)


async def lock(
    tx: AsyncConnection, context: SubmissionsContext, actor: Actor, posting: Posting
) -> LockedObligation | idempotency.Replay:
    """404 when there is none, 403 when it is not the actor's, also where the attempt was answered once."""
    locked = await lock_obligation(tx, posting.obligation_id, posting.attempt)
    if locked is None:
        raise not_found(text("problem.no_obligation"))
    obligation, answered = locked
    context.check_access(actor.person, obligation.unit)
    return answered or obligation


async def is_current(tx: AsyncConnection, obligation: LockedObligation, posting: Posting) -> bool:
    """Whether the obligation is what the client saw: a version that it expects, or since then changed only by itself.

    After Back a page still shows the version it was opened with, and what was sent from it is what its reader typed.
    """
    expected = posting.expected_versions
    if expected is None or obligation.version in expected:
        return True
    if posting.attempt is None or posting.page is None:
        return False
    sent = await idempotency.count_answered(tx, posting.attempt, posting.page)
    return obligation.version - sent in expected
