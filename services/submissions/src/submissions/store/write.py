"""Statements of the commands. Functions take the caller's transaction; none commits."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver
from shared.database.columns import columns
from shared.database.idempotency import ANSWER, ANSWERED, Attempt, Replay, answer_in
from shared.database.write import Statement, Write
from submissions.rules.obligation import LockedObligation, ReportingObligation, State
from submissions.rules.review import Review
from submissions.rules.revision import NewRevision
from submissions.rules.submission import LockedSubmission
from submissions.store.rows import first, locked_submission_of, record
from submissions.store.tables import instant, review, submission

_OPEN = sa.text(
    """
    insert into obligation (id, obligation, form, unit, period, due_at, opened_at)
    select id, obligation, form, unit, period, due_at, :opened_at
    from unnest(:ids, :obligations, :forms, :units, :periods, :due_ats)
         as owed (id, obligation, form, unit, period, due_at)
    order by unit, period, form, obligation
    on conflict do nothing returning id
    """
).bindparams(
    sa.bindparam("ids", type_=ARRAY(sa.Uuid)),
    *(sa.bindparam(name, type_=ARRAY(sa.Text)) for name in ("obligations", "forms", "units", "periods")),
    sa.bindparam("due_ats", type_=ARRAY(instant)),
)

# The year before in the same form of period: 2026-Q3 → 2025-Q3.
_LOCK_OBLIGATION = sa.text(
    f"""
    select o.*, {ANSWER}, (
      select s.timeless_sha256 from obligation p join submission s on s.obligation_id = p.id
      where p.unit = o.unit and p.form = o.form and p.obligation = o.obligation
        and p.period = (left(o.period, 4)::int - 1)::text || substr(o.period, 5)
      order by s.revision desc limit 1
    ) as previous_timeless_sha256, coalesce((
      select case when s.state = 'accepted' then s.observations
        else jsonb_path_query_array(s.observations, '$[*] ? (!(@.implausible == true))') end
      from obligation p join submission s on s.obligation_id = p.id
      where p.unit = o.unit and p.form = o.form and p.obligation = o.obligation
        and p.period = (left(o.period, 4)::int - 1)::text || substr(o.period, 5)
        and s.state in ('submitted', 'accepted')
      order by s.revision desc limit 1
    ), '[]') as previous_observations
    from obligation o {ANSWERED} where o.id = :id for no key update of o
    """
)

# Both rows are locked: after waiting for another decision, PostgreSQL re-reads only what it locks.
_LOCK_SUBMISSION = sa.text(
    """
    select o.*, s.id as submission__id, s.revision as submission__revision, s.state as submission__state,
           s.submitted_by as submission__submitted_by, s.submitted_pseudonym as submission__submitted_pseudonym
    from submission s join obligation o on o.id = s.obligation_id
    where s.id = :id for no key update of o, s
    """
)

_ADVANCE = sa.text(
    "update obligation set version = version + 1, state = :state, revision = :revision where id = :id returning version"
)


_KEPT = (
    "id", "obligation_id", "revision", "state", "observations", "narrative", "evidence", "reason", "content_sha256",
    "timeless_sha256", "warnings", "received_at", "submitted_role", "submitted_unit", "submitted_by", "trace_id",
    "illustrative",
)  # fmt: skip
_KEEP = Statement(
    f"insert into submission ({', '.join(_KEPT)}) values ({', '.join(':' + name for name in _KEPT)})",
    {name: submission.c[name].type for name in _KEPT},
)
_MOVE = Statement("update obligation set version = :version, state = 'submitted', revision = :revision where id = :id")


async def open_obligations(
    tx: AsyncConnection, obligations: Sequence[ReportingObligation], opened_at: datetime
) -> set[UUID]:
    """Insert what is not there yet; the ids that are new. Sorted, so that two openings at once wait, not deadlock."""
    names = ("ids", "obligations", "forms", "units", "periods", "due_ats")
    rows = [(o.id, o.obligation, o.form, o.unit, o.period, o.due_at) for o in obligations]
    return set((await tx.execute(_OPEN, {**columns(names, rows), "opened_at": opened_at})).scalars())


async def lock_obligation(
    tx: AsyncConnection, obligation_id: UUID, attempt: Attempt | None
) -> tuple[LockedObligation, Replay | None] | None:
    """With the first answer to the attempt, when there was one as the lock was asked for. 422 as `find`."""
    key = {"person": attempt and attempt.person, "key": attempt and attempt.key}
    rows = await driver.fetch(tx, _LOCK_OBLIGATION, {"id": obligation_id, **key})
    return (record(LockedObligation, rows[0]), answer_in(rows[0], attempt)) if rows else None


async def lock_submission(tx: AsyncConnection, submission_id: UUID) -> LockedSubmission | None:
    row = await first(tx, _LOCK_SUBMISSION, {"id": submission_id})
    return None if row is None else locked_submission_of(row)


async def advance(tx: AsyncConnection, obligation_id: UUID, state: State, revision: int) -> int:
    """Give the obligation its new state; the new version. The caller holds the lock."""
    values = {"id": obligation_id, "state": state, "revision": revision}
    return int(await tx.scalar(_ADVANCE, values) or 0)


def keep_submission(revision: NewRevision, version: int) -> tuple[Write, Write]:
    """Insert the revision, and move its obligation to it and to `version`. The caller holds the lock."""
    arrival, content = revision.arrival, revision.content
    values = {
        "id": arrival.id,
        "obligation_id": revision.obligation_id,
        "revision": revision.revision,
        "state": "submitted",
        "observations": content.observations,
        "narrative": content.narrative,
        "evidence": content.evidence,
        "reason": revision.reason,
        "content_sha256": content.sha256,
        "timeless_sha256": content.timeless_sha256,
        "warnings": [{"pointer": w.pointer, "code": w.code, **w.text._asdict()} for w in revision.warnings],
        "received_at": arrival.received_at,
        "submitted_role": arrival.role,
        "submitted_unit": arrival.unit,
        "submitted_by": arrival.by,
        "trace_id": arrival.trace_id,
        "illustrative": revision.illustrative,
    }
    moved = {"id": revision.obligation_id, "revision": revision.revision, "version": version}
    return Write(_KEEP, values), Write(_MOVE, moved)


async def set_state(tx: AsyncConnection, submission_id: UUID, state: State) -> None:
    await tx.execute(sa.update(submission).where(submission.c.id == submission_id).values(state=state))


async def insert_review(tx: AsyncConnection, decision: Review) -> None:
    await tx.execute(sa.insert(review), asdict(decision))
