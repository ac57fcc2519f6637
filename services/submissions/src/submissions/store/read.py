"""Queries of readers: lists, one obligation, one submission, and what pages sum up. None locks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from submissions.rules.obligation import PENDING
from submissions.store.rows import Row, every, first
from submissions.store.tables import obligation, review, submission


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


async def find_obligation(tx: AsyncConnection, obligation_id: UUID) -> Row | None:
    return await first(tx, sa.select(obligation).where(obligation.c.id == obligation_id))


async def list_obligations(
    tx: AsyncConnection, narrowed: Filter, after: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    """By due instant, the oldest first, with the id for a tie."""
    query = sa.select(obligation).where(*narrowed.clauses(obligation.c.state))
    if after:
        query = query.where(sa.tuple_(obligation.c.due_at, obligation.c.id) > sa.tuple_(*after))
    query = query.order_by(obligation.c.due_at, obligation.c.id).limit(limit)
    return await every(tx, query)


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
    return await first(tx, query)


async def list_submissions(
    tx: AsyncConnection, narrowed: Filter, before: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    """Newest first."""
    query = sa.select(*_SUBMISSION).select_from(_JOINED).where(*narrowed.clauses(submission.c.state))
    if before:
        query = query.where(sa.tuple_(submission.c.received_at, submission.c.id) < sa.tuple_(*before))
    query = query.order_by(submission.c.received_at.desc(), submission.c.id.desc()).limit(limit)
    return await every(tx, query)


async def revisions(tx: AsyncConnection, obligation_id: UUID) -> list[Row]:
    """Every revision of an obligation, newest first."""
    query = sa.select(submission).where(submission.c.obligation_id == obligation_id)
    return await every(tx, query.order_by(submission.c.revision.desc()))


async def reviews(tx: AsyncConnection, obligation_id: UUID) -> list[Row]:
    """Every decision on every revision of an obligation, in the order taken."""
    query = sa.select(review).join(submission).where(submission.c.obligation_id == obligation_id)
    return await every(tx, query.order_by(review.c.decided_at, review.c.id))


async def latest_of_period(tx: AsyncConnection, like: Row, period: str) -> Row | None:
    """The latest revision of the same duty in another period."""
    same = [obligation.c[name] == like[name] for name in ("unit", "form", "obligation")]
    query = sa.select(submission).select_from(_JOINED).where(*same, obligation.c.period == period)
    return await first(tx, query.order_by(submission.c.revision.desc()).limit(1))


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
    return {row["obligation_id"]: row["reason"] for row in await every(tx, query)}


async def overview(tx: AsyncConnection, period: str) -> list[Row]:
    """How many obligations of the period are in which state, by form."""
    columns = obligation.c.form, obligation.c.state
    query = sa.select(*columns, sa.func.count().label("count")).where(obligation.c.period == period)
    return await every(tx, query.group_by(*columns))


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
    return await every(tx, query)
