"""Queries of readers: lists, one obligation, one submission, and what pages sum up. None locks."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.catalogue import disaggregation_key
from submissions.rules.checks.plausibility import Spread
from submissions.rules.form import Cell
from submissions.rules.obligation import PENDING, ReportingObligation, State
from submissions.rules.opened_period import OpenedPeriod
from submissions.rules.review import Review
from submissions.rules.submission import PastRevision, SubmissionRecord
from submissions.store.rows import JOINED, SUBMISSION_COLUMNS, every, first, record, submission_of
from submissions.store.tables import obligation, review, submission

_latest = submission.alias("latest")
_IMPLAUSIBLE = sa.exists().where(
    _latest.c.obligation_id == obligation.c.id,
    _latest.c.revision == obligation.c.revision,
    _latest.c.observations.contains([{"implausible": True}]),
)
"""Whether the latest revision has a figure outside its bands. Asked of what waits for review: few rows."""


@dataclass(frozen=True)
class ObligationFilter:
    """What a list is narrowed to; None and nothing are no limit. `implausible`: with a figure outside its bands."""

    units: tuple[str, ...] = ()
    period: str | None = None
    form: str | None = None
    states: tuple[str, ...] = ()
    obligation_id: UUID | None = None
    due_by: datetime | None = None
    implausible: bool = False

    def clauses(self, state: sa.ColumnElement[Any]) -> list[sa.ColumnElement[bool]]:
        pairs = ((obligation.c.period, self.period), (obligation.c.form, self.form))
        clauses = [column == value for column, value in pairs if value is not None]
        if self.units:
            clauses.append(obligation.c.unit.in_(self.units))
        if self.states:
            clauses.append(state.in_(self.states))
        if self.due_by:
            clauses.append(obligation.c.due_at <= self.due_by)
        if self.obligation_id:
            clauses.append(obligation.c.id == self.obligation_id)
        if self.implausible:
            clauses.append(_IMPLAUSIBLE)
        return clauses


@dataclass(frozen=True)
class StateCount:
    """How many obligations on a form are in a state."""

    form: str
    state: State
    count: int


@dataclass(frozen=True)
class OverdueCount:
    """How many obligations of a form and period are past their instant and still to do; since when the first is."""

    form: str
    period: str
    due_at: datetime
    count: int


async def find_obligation(tx: AsyncConnection, obligation_id: UUID) -> ReportingObligation | None:
    row = await first(tx, sa.select(obligation).where(obligation.c.id == obligation_id))
    return None if row is None else record(ReportingObligation, row)


async def list_obligations(
    tx: AsyncConnection, narrowed: ObligationFilter, after: tuple[datetime, UUID] | None, limit: int
) -> list[ReportingObligation]:
    """By due instant, the oldest first, with the id for a tie."""
    query = sa.select(obligation).where(*narrowed.clauses(obligation.c.state))
    if after:
        query = query.where(sa.tuple_(obligation.c.due_at, obligation.c.id) > sa.tuple_(*after))
    query = query.order_by(obligation.c.due_at, obligation.c.id).limit(limit)
    return [record(ReportingObligation, row) for row in await every(tx, query)]


async def find_submission(tx: AsyncConnection, submission_id: UUID) -> SubmissionRecord | None:
    row = await first(tx, _submissions().where(submission.c.id == submission_id))
    return None if row is None else submission_of(row)


async def list_submissions(
    tx: AsyncConnection, narrowed: ObligationFilter, before: tuple[datetime, UUID] | None, limit: int
) -> list[SubmissionRecord]:
    """Newest first."""
    query = _submissions().where(*narrowed.clauses(submission.c.state))
    if before:
        query = query.where(sa.tuple_(submission.c.received_at, submission.c.id) < sa.tuple_(*before))
    query = query.order_by(submission.c.received_at.desc(), submission.c.id.desc()).limit(limit)
    return [submission_of(row) for row in await every(tx, query)]


async def revisions(tx: AsyncConnection, obligation_id: UUID) -> list[PastRevision]:
    """Every revision of an obligation, newest first."""
    columns = [submission.c[field.name] for field in fields(PastRevision)]
    query = sa.select(*columns).where(submission.c.obligation_id == obligation_id)
    return [record(PastRevision, row) for row in await every(tx, query.order_by(submission.c.revision.desc()))]


async def reviews(tx: AsyncConnection, obligation_id: UUID) -> list[Review]:
    """Every decision on every revision of an obligation, in the order taken."""
    query = sa.select(review).join(submission).where(submission.c.obligation_id == obligation_id)
    return [record(Review, row) for row in await every(tx, query.order_by(review.c.decided_at, review.c.id))]


async def latest_of_period(tx: AsyncConnection, like: ReportingObligation, period: str) -> SubmissionRecord | None:
    """The latest revision of what the same unit owes on the same form in another period."""
    same = (
        obligation.c.unit == like.unit,
        obligation.c.form == like.form,
        obligation.c.obligation == like.obligation,
        obligation.c.period == period,
    )
    row = await first(tx, _submissions().where(*same).order_by(submission.c.revision.desc()).limit(1))
    return None if row is None else submission_of(row)


async def any_illustrative(tx: AsyncConnection, obligation_ids: Sequence[UUID]) -> bool:
    """Whether a revision of one of these obligations is illustrative: the page that shows them says so."""
    named = submission.c.obligation_id.in_(obligation_ids) & submission.c.illustrative
    return bool(await tx.scalar(sa.select(sa.exists().where(named))))


# Quartiles are figures that somebody reported, hence exact: percentile_disc, not percentile_cont.
_LIKE_UNITS = sa.text(
    """
    select each ->> 'measure' as measure, each -> 'disaggregation' as disaggregation, count(*) as reported,
      percentile_disc(array[0.25, 0.5, 0.75]) within group (order by (each ->> 'value')::numeric) as quartiles
    from obligation o join submission s on s.obligation_id = o.id and s.revision = o.revision
      cross join jsonb_array_elements(s.observations) each
    where o.period = :period and o.form = :form and o.obligation = :obligation and o.unit = any(:units)
      and o.state in ('submitted', 'accepted') and each ->> 'measure' = any(:elements) and each ->> 'value' is not null
      and (o.state = 'accepted' or each ->> 'implausible' is null)
    group by 1, 2
    """
).bindparams(sa.bindparam("units", type_=ARRAY(sa.Text)), sa.bindparam("elements", type_=ARRAY(sa.Text)))


async def like_units(
    tx: AsyncConnection, like: ReportingObligation, units: Sequence[str], elements: Sequence[str]
) -> dict[Cell, Spread]:
    """What `units` have reported for the same form and period, without figures in doubt that nobody has accepted."""
    values = {
        "period": like.period,
        "form": like.form,
        "obligation": like.obligation,
        "units": list(units),
        "elements": list(elements),
    }
    return {
        (row["measure"], disaggregation_key(row["disaggregation"])): Spread(row["reported"], *row["quartiles"])
        for row in await every(tx, _LIKE_UNITS.bindparams(**values))
    }


async def last_returns(tx: AsyncConnection, obligation_ids: list[UUID]) -> dict[UUID, Review]:
    """By whom, when and why each of these obligations was last returned."""
    if not obligation_ids:
        return {}
    query = (
        sa.select(submission.c.obligation_id, *review.c)
        .join(submission)
        .where(submission.c.obligation_id.in_(obligation_ids), review.c.act == "return")
        .order_by(review.c.decided_at)
    )
    return {row["obligation_id"]: record(Review, row) for row in await every(tx, query)}


async def count_states(tx: AsyncConnection, period: str) -> list[StateCount]:
    """How many obligations of the period are in which state, by form."""
    columns = obligation.c.form, obligation.c.state
    query = sa.select(*columns, sa.func.count().label("count")).where(obligation.c.period == period)
    return [record(StateCount, row) for row in await every(tx, query.group_by(*columns))]


async def implausible_of(tx: AsyncConnection, obligation_ids: Sequence[UUID]) -> set[UUID]:
    """Those that wait for review with a figure outside its bands."""
    query = sa.select(obligation.c.id).where(
        obligation.c.id.in_(obligation_ids), obligation.c.state == "submitted", _IMPLAUSIBLE
    )
    return {row["id"] for row in await every(tx, query)}


async def count_implausible(tx: AsyncConnection) -> int:
    """How many of all periods wait for review with a figure outside its bands."""
    query = sa.select(sa.func.count()).select_from(obligation)
    return int(await tx.scalar(query.where(obligation.c.state == "submitted", _IMPLAUSIBLE)) or 0)


async def count_overdue(tx: AsyncConnection, now: datetime) -> list[OverdueCount]:
    """Of all periods, the longest overdue first."""
    query = (
        sa.select(
            obligation.c.form,
            obligation.c.period,
            sa.func.min(obligation.c.due_at).label("due_at"),
            sa.func.count().label("count"),
        )
        .where(obligation.c.state.in_(sorted(PENDING)), obligation.c.due_at <= now)
        .group_by(obligation.c.form, obligation.c.period)
        .order_by(sa.func.min(obligation.c.due_at), obligation.c.form)
    )
    return [record(OverdueCount, row) for row in await every(tx, query)]


async def opened_periods(tx: AsyncConnection) -> list[OpenedPeriod]:
    """The latest period first."""
    query = (
        sa.select(
            obligation.c.period,
            sa.func.bool_or(obligation.c.revision > 0).label("begun"),
            sa.func.bool_or(obligation.c.state.in_(sorted(PENDING))).label("pending"),
        )
        .group_by(obligation.c.period)
        .order_by(obligation.c.period.desc())
    )
    return [record(OpenedPeriod, row) for row in await every(tx, query)]


def _submissions() -> sa.Select[Any]:
    return sa.select(*SUBMISSION_COLUMNS).select_from(JOINED)
