"""Every query of the submissions service. Functions take the caller's transaction; none commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from submissions.obligation import PENDING
from submissions.tables import instant, obligation, review, submission

Row = dict[str, Any]

_OPEN = sa.text(
    """
    insert into obligation (id, obligation, form, unit, period, due_at, opened_at)
    select id, obligation, form, unit, period, due_at, :opened_at
    from unnest(:ids, :obligations, :forms, :units, :periods, :due_ats)
         as duty (id, obligation, form, unit, period, due_at)
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
    """
    select o.*, (
      select s.timeless_sha256 from obligation p join submission s on s.obligation_id = p.id
      where p.unit = o.unit and p.form = o.form and p.obligation = o.obligation
        and p.period = (left(o.period, 4)::int - 1)::text || substr(o.period, 5)
      order by s.revision desc limit 1
    ) as previous_timeless_sha256
    from obligation o where o.id = :id for no key update of o
    """
)

# Both rows are locked: after waiting for another decision, PostgreSQL re-reads only what it locks.
_LOCK_SUBMISSION = sa.text(
    """
    select s.id, s.revision, s.state, s.obligation_id, o.obligation, o.form, o.unit, o.period,
           o.due_at, o.version, o.revision as latest_revision
    from submission s join obligation o on o.id = s.obligation_id
    where s.id = :id for no key update of o, s
    """
)

_ADVANCE = sa.text(
    "update obligation set version = version + 1, state = :state, revision = :revision where id = :id returning version"
)


_KEPT = (
    "id", "obligation_id", "revision", "state", "observations", "narrative", "evidence", "reason", "content_sha256",
    "timeless_sha256", "warnings", "received_at", "submitted_role", "submitted_unit", "trace_id", "illustrative",
)  # fmt: skip
# The new revision and its obligation's step in one statement: a round trip less while the lock is held.
_KEEP = sa.text(
    f"""
    with advanced as (
      update obligation set version = version + 1, state = 'submitted', revision = :revision
      where id = :obligation_id returning version
    ), kept as (
      insert into submission ({", ".join(_KEPT)}) values ({", ".join(":" + name for name in _KEPT)})
    )
    select version from advanced
    """
).bindparams(*(sa.bindparam(name, type_=submission.c[name].type) for name in _KEPT))


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to; None and nothing are no limit."""

    units: tuple[str, ...] = ()
    period: str | None = None
    form: str | None = None
    states: tuple[str, ...] = ()
    obligation_id: UUID | None = None

    def clauses(self, state: sa.ColumnElement[Any]) -> list[sa.ColumnElement[bool]]:
        pairs = ((obligation.c.period, self.period), (obligation.c.form, self.form))
        found = [column == value for column, value in pairs if value is not None]
        if self.units:
            found.append(obligation.c.unit.in_(self.units))
        if self.states:
            found.append(state.in_(self.states))
        if self.obligation_id:
            found.append(obligation.c.id == self.obligation_id)
        return found


async def open_obligations(tx: AsyncConnection, rows: Sequence[Row], opened_at: datetime) -> set[UUID]:
    """Insert what is not there yet; the ids that are new. Sorted, so that two openings at once wait, not deadlock."""
    columns = ("id", "obligation", "form", "unit", "period", "due_at")
    values = {f"{name}s": [row[name] for row in rows] for name in columns}
    return set((await tx.execute(_OPEN, {**values, "opened_at": opened_at})).scalars())


async def lock_obligation(tx: AsyncConnection, obligation_id: UUID) -> Row | None:
    return await _first(tx, _LOCK_OBLIGATION.bindparams(id=obligation_id))


async def lock_submission(tx: AsyncConnection, submission_id: UUID) -> Row | None:
    """The submission with its obligation's columns and `latest_revision`, both locked."""
    return await _first(tx, _LOCK_SUBMISSION.bindparams(id=submission_id))


async def advance(tx: AsyncConnection, obligation_id: UUID, state: str, revision: int) -> int:
    """Give the obligation its new state; the new version. The caller holds the lock."""
    values = {"id": obligation_id, "state": state, "revision": revision}
    return int(await tx.scalar(_ADVANCE, values) or 0)


async def keep_submission(tx: AsyncConnection, row: Row) -> int:
    """Insert the revision and move its obligation to it; the obligation's new version. The caller holds the lock."""
    return int(await tx.scalar(_KEEP, row) or 0)


async def set_state(tx: AsyncConnection, submission_id: UUID, state: str) -> None:
    await tx.execute(sa.update(submission).where(submission.c.id == submission_id).values(state=state))


async def insert_review(tx: AsyncConnection, row: Row) -> None:
    await tx.execute(sa.insert(review), row)


async def find_obligation(tx: AsyncConnection, obligation_id: UUID) -> Row | None:
    return await _first(tx, sa.select(obligation).where(obligation.c.id == obligation_id))


async def list_obligations(
    tx: AsyncConnection, narrowed: Filter, after: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    """By due instant, the oldest first, with the id for a tie."""
    query = sa.select(obligation).where(*narrowed.clauses(obligation.c.state))
    if after:
        query = query.where(sa.tuple_(obligation.c.due_at, obligation.c.id) > sa.tuple_(*after))
    query = query.order_by(obligation.c.due_at, obligation.c.id).limit(limit)
    return await _all(tx, query)


_SUBMISSION = (
    submission,
    obligation.c.obligation,
    obligation.c.form,
    obligation.c.unit,
    obligation.c.period,
    obligation.c.due_at,
    obligation.c.version,
    obligation.c.revision.label("latest_revision"),
)
_JOINED = submission.join(obligation, obligation.c.id == submission.c.obligation_id)


async def find_submission(tx: AsyncConnection, submission_id: UUID) -> Row | None:
    query = sa.select(*_SUBMISSION).select_from(_JOINED).where(submission.c.id == submission_id)
    return await _first(tx, query)


async def list_submissions(
    tx: AsyncConnection, narrowed: Filter, before: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    """Newest first."""
    query = sa.select(*_SUBMISSION).select_from(_JOINED).where(*narrowed.clauses(submission.c.state))
    if before:
        query = query.where(sa.tuple_(submission.c.received_at, submission.c.id) < sa.tuple_(*before))
    query = query.order_by(submission.c.received_at.desc(), submission.c.id.desc()).limit(limit)
    return await _all(tx, query)


async def revisions(tx: AsyncConnection, obligation_id: UUID) -> list[Row]:
    """Every revision of an obligation, newest first."""
    query = sa.select(submission).where(submission.c.obligation_id == obligation_id)
    return await _all(tx, query.order_by(submission.c.revision.desc()))


async def reviews(tx: AsyncConnection, obligation_id: UUID) -> list[Row]:
    """Every decision on every revision of an obligation, in the order taken."""
    query = sa.select(review).join(submission).where(submission.c.obligation_id == obligation_id)
    return await _all(tx, query.order_by(review.c.decided_at, review.c.id))


async def latest_of_period(tx: AsyncConnection, like: Row, period: str) -> Row | None:
    """The latest revision of the same duty in another period."""
    same = [obligation.c[name] == like[name] for name in ("unit", "form", "obligation")]
    query = sa.select(submission).select_from(_JOINED).where(*same, obligation.c.period == period)
    return await _first(tx, query.order_by(submission.c.revision.desc()).limit(1))


async def any_illustrative(tx: AsyncConnection, obligation_ids: Sequence[UUID]) -> bool:
    """Whether a revision of one of these obligations is illustrative: the page that shows them says so."""
    named = submission.c.obligation_id.in_(obligation_ids) & submission.c.illustrative
    return bool(await tx.scalar(sa.select(sa.exists().where(named))))


async def return_reasons(tx: AsyncConnection, obligation_ids: list[UUID]) -> dict[UUID, str]:
    """Why each of these obligations was last returned."""
    if not obligation_ids:
        return {}
    query = (
        sa.select(submission.c.obligation_id, review.c.reason)
        .join(submission)
        .where(submission.c.obligation_id.in_(obligation_ids), review.c.act == "return")
        .order_by(review.c.decided_at)
    )
    return {row["obligation_id"]: row["reason"] for row in await _all(tx, query)}


async def overview(tx: AsyncConnection, period: str) -> list[Row]:
    """How many obligations of the period are in which state, by form."""
    columns = obligation.c.form, obligation.c.state
    query = sa.select(*columns, sa.func.count().label("count")).where(obligation.c.period == period)
    return await _all(tx, query.group_by(*columns))


async def periods(tx: AsyncConnection) -> list[Row]:
    """The periods opened so far, the latest first: `begun` when somebody answered, `pending` when somebody has to."""
    query = (
        sa.select(
            obligation.c.period,
            sa.func.bool_or(obligation.c.revision > 0).label("begun"),
            sa.func.bool_or(obligation.c.state.in_(sorted(PENDING))).label("pending"),
        )
        .group_by(obligation.c.period)
        .order_by(obligation.c.period.desc())
    )
    return await _all(tx, query)


async def _first(tx: AsyncConnection, query: sa.Executable) -> Row | None:
    found = (await tx.execute(query)).mappings().first()
    return None if found is None else dict(found)


async def _all(tx: AsyncConnection, query: sa.Executable) -> list[Row]:
    return [dict(row) for row in (await tx.execute(query)).mappings()]
