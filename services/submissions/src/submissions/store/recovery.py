"""Statements of reconciling: the history as it is here, and what was lost put back in."""

import asyncio
from collections.abc import Collection
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events import Event, ObligationOpened, SubmissionReceived
from shared.events.submission import SubmissionDecided
from shared.text.decimals import plain
from submissions.rules.obligation import ReportingObligation
from submissions.rules.recovery import LocalChange
from submissions.rules.review import Review
from submissions.rules.submission import LockedSubmission
from submissions.rules.violation import Violation
from submissions.store.rows import every, locked_submission_of, record
from submissions.store.tables import obligation, review, submission

LOCK_TIMEOUT_MS = 300  # less than deadlock_timeout
PAUSE_SECONDS = 0.2
TRIES = 60
LOCK_NOT_AVAILABLE = "55P03"

# Versions are counted as the commands counted them: one for each change, in the order of time.
_HISTORY = sa.text(
    """
    with change as (
      select id as obligation_id, 'vn.tiendo.obligation.opened.v1' as type, null::uuid as submission_id,
        opened_at as at, null as content_sha256, 0 as rank from obligation
      union all
      select obligation_id, 'vn.tiendo.submission.received.v1', id, received_at, content_sha256, revision * 2 - 1
      from submission
      union all
      select s.obligation_id, 'vn.tiendo.submission.' || case r.act when 'accept' then 'accepted'
        when 'return' then 'returned' else 'withdrawn' end || '.v1', s.id, r.decided_at, null, s.revision * 2
      from review r join submission s on s.id = r.submission_id
    ), waiting as (
      select distinct (event -> 'data' ->> 'obligation_id')::uuid as obligation_id,
        (event -> 'data' ->> 'version')::int as version
      from (select convert_from(value, 'UTF8')::jsonb as event from outbox) told
    ), numbered as (
      select *, row_number() over (partition by obligation_id order by rank, at) as version from change
    )
    select n.obligation_id, n.version, n.type, n.submission_id, n.at, n.content_sha256, w.version is not null as waits
    from numbered n left join waiting w using (obligation_id, version)
    """
)
_UNSENT = sa.text("delete from outbox where key = any(:keys)").bindparams(sa.bindparam("keys", type_=ARRAY(sa.Text)))


async def keep_still(tx: AsyncConnection) -> None:
    """Until `tx` ends reports and decisions wait. Raises TimeoutError when the tables were in use all the time.

    Who reports locks an obligation before anything else, who decides a report before its obligation: both are let
    finish, and whoever waits here gives way before PostgreSQL sees that two wait for each other, and ends one.
    """
    await tx.execute(sa.text(f"set local lock_timeout = {LOCK_TIMEOUT_MS}"))
    for _ in range(TRIES):
        try:
            async with tx.begin_nested():
                # Not `share row exclusive`: beside it rows are locked.
                await tx.execute(sa.text("lock table obligation, submission, review in exclusive mode"))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            await tx.execute(sa.text("set local lock_timeout to default"))
            return
    raise TimeoutError("reports and decisions are being taken all the time: try again")


async def history(tx: AsyncConnection) -> list[LocalChange]:
    """Every change of every obligation."""
    return [LocalChange(*row) for row in await tx.execute(_HISTORY)]


async def put_back_opening(tx: AsyncConnection, event: Event, data: ObligationOpened) -> bool:
    """False when the same has been opened under another id meanwhile."""
    values = {name: getattr(data, name) for name in ("obligation", "form", "unit", "period", "due_at")}
    query = insert(obligation).values(id=data.obligation_id, opened_at=event.time, **values).on_conflict_do_nothing()
    return (await tx.execute(query)).rowcount == 1


async def put_back_revision(tx: AsyncConnection, event: Event, data: SubmissionReceived, mark: Violation) -> None:
    """Its figures, hash and state; words and evidence were never in an event, and `mark` says so."""
    cells = [
        {
            "measure": one.measure,
            "value": None if one.value is None else plain(one.value),
            "disaggregation": dict(sorted(one.disaggregation.items())),
            "status": one.status,
            "note": None,
            **({"implausible": True} if one.implausible else {}),
        }
        for one in data.observations
    ]
    await tx.execute(
        sa.insert(submission).values(
            id=data.submission_id,
            obligation_id=data.obligation_id,
            revision=data.revision,
            observations=cells,
            narrative={},
            evidence=[],
            content_sha256=data.content_sha256,
            timeless_sha256="",
            warnings=[{"pointer": mark.pointer, "code": mark.code, **mark.text._asdict()}],
            received_at=data.received_at,
            submitted_role=data.acting_role or "",
            submitted_unit=data.acting_unit or data.unit,
            submitted_pseudonym=data.acting_subject,
            trace_id=_trace_of(event),
            illustrative=data.illustrative,
        )
    )


async def put_back_decision(
    tx: AsyncConnection, event: Event, data: SubmissionDecided, act: str, state: str, *, reason: str
) -> None:
    await tx.execute(
        sa.insert(review).values(
            id=uuid5(data.submission_id, event.id),
            submission_id=data.submission_id,
            act=act,
            reason=None if act == "accept" else reason,
            decided_at=data.decided_at,
            role=data.acting_role or "",
            unit=data.acting_unit or data.unit,
            trace_id=_trace_of(event),
        )
    )
    await tx.execute(sa.update(submission).where(submission.c.id == data.submission_id).values(state=state))


async def set_standing(tx: AsyncConnection, obligation_id: UUID, version: int, revision: int, state: str) -> None:
    """After what was put back."""
    values = {"version": version, "revision": revision, "state": state}
    await tx.execute(sa.update(obligation).where(obligation.c.id == obligation_id).values(values))


async def renumber(tx: AsyncConnection, submission_id: UUID | None, revision: int) -> None:
    await tx.execute(sa.update(submission).where(submission.c.id == submission_id).values(revision=revision))


async def forget_unsent(tx: AsyncConnection, obligations: Collection[UUID]) -> None:
    """Events that wait, of obligations whose changes get other numbers."""
    await tx.execute(_UNSENT, {"keys": [str(one) for one in obligations]})


async def rows_of(tx: AsyncConnection, submissions: Collection[UUID | None]) -> dict[UUID | None, Any]:
    """Submissions with their obligation, to publish them from."""
    query = (
        sa.select(
            submission,
            *(obligation.c[name].label(f"o_{name}") for name in ("obligation", "form", "unit", "period", "due_at")),
        )
        .join(obligation, obligation.c.id == submission.c.obligation_id)
        .where(submission.c.id.in_(submissions))
    )
    return {row.id: row for row in await tx.execute(query)}


async def obligations_of(tx: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, ReportingObligation]:
    rows = await every(tx, sa.select(obligation).where(obligation.c.id.in_(ids)))
    return {row["id"]: record(ReportingObligation, row) for row in rows}


async def decisions_of(
    tx: AsyncConnection, submissions: Collection[UUID | None]
) -> list[tuple[Review, LockedSubmission]]:
    """Every decision about these submissions, to publish it from. Nobody else decides (`keep_still`)."""
    query = (
        sa.select(
            obligation,
            *(column.label(f"submission__{column.name}") for column in submission.c),
            *(column.label(f"review__{column.name}") for column in review.c),
        )
        .join(submission, submission.c.obligation_id == obligation.c.id)
        .join(review, review.c.submission_id == submission.c.id)
        .where(submission.c.id.in_(submissions))
    )
    return [(record(Review, row, "review__"), locked_submission_of(row)) for row in await every(tx, query)]


def _trace_of(event: Event) -> str:
    return event.traceparent.split("-")[1] if event.traceparent else ""
