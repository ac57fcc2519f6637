"""What readers ask for: lists in keyset pages, one reminder with its attempts, a month at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.store.tables import contact, delivery, duty, reminder

REMINDER = sa.select(
    reminder,
    duty.c.obligation,
    duty.c.unit,
    duty.c.form,
    duty.c.period,
    duty.c.due_at,
    duty.c.state.label("duty_state"),
    contact.c.email,
).select_from(
    reminder.join(duty, duty.c.obligation_id == reminder.c.obligation_id).outerjoin(
        contact, sa.and_(contact.c.unit == duty.c.unit, contact.c.role == reminder.c.role)
    )
)
LIVE = ("planned", "due", "sent", "failed")


@dataclass(frozen=True, slots=True)
class Filter:
    """None is no condition. `since` and `until` bound the instant a reminder goes out, `until` exclusive."""

    unit: str | None = None
    period: str | None = None
    form: str | None = None
    obligation_id: UUID | None = None
    states: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def duty_conditions(self) -> list[sa.ColumnElement[bool]]:
        pairs = (
            (duty.c.unit, self.unit),
            (duty.c.period, self.period),
            (duty.c.form, self.form),
            (duty.c.obligation_id, self.obligation_id),
        )
        return [column == value for column, value in pairs if value is not None]

    def reminder_conditions(self) -> list[sa.ColumnElement[bool]]:
        conditions = self.duty_conditions()
        if self.states:
            conditions.append(reminder.c.state.in_(self.states))
        if self.since is not None:
            conditions.append(reminder.c.not_before >= self.since)
        if self.until is not None:
            conditions.append(reminder.c.not_before < self.until)
        return conditions


async def deadlines(
    tx: AsyncConnection, wanted: Filter, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[sa.Row[Any]]:
    """Duties by deadline, with the next reminder that will go out, if any."""
    coming = (
        sa.select(reminder.c.stage, reminder.c.not_before)
        .where(reminder.c.obligation_id == duty.c.obligation_id, reminder.c.state.in_(("planned", "due")))
        .order_by(reminder.c.not_before, reminder.c.id)
        .limit(1)
        .lateral("coming")
    )
    query = (
        sa.select(duty, coming.c.stage.label("next_stage"), coming.c.not_before.label("next_at"))
        .select_from(duty.outerjoin(coming, sa.true()))
        .where(duty.c.due_at.is_not(None), *wanted.duty_conditions())
        .order_by(duty.c.due_at, duty.c.obligation_id)
        .limit(limit + 1)
    )
    if wanted.states:
        query = query.where(duty.c.state.in_(wanted.states))
    if after:
        query = query.where(sa.tuple_(duty.c.due_at, duty.c.obligation_id) > sa.tuple_(*after))
    return (await tx.execute(query)).all()


async def reminders(
    tx: AsyncConnection, wanted: Filter, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[sa.Row[Any]]:
    """In the order they go out."""
    query = (
        REMINDER.where(*wanted.reminder_conditions()).order_by(reminder.c.not_before, reminder.c.id).limit(limit + 1)
    )
    if after:
        query = query.where(sa.tuple_(reminder.c.not_before, reminder.c.id) > sa.tuple_(*after))
    return (await tx.execute(query)).all()


async def reminder_of(tx: AsyncConnection, reminder_id: UUID) -> sa.Row[Any] | None:
    return (await tx.execute(REMINDER.where(reminder.c.id == reminder_id))).one_or_none()


async def deliveries(
    tx: AsyncConnection,
    wanted: Filter,
    after: tuple[datetime, UUID] | None,
    limit: int,
    reminder_id: UUID | None = None,
) -> Sequence[sa.Row[Any]]:
    """Attempts, the newest first."""
    query = (
        sa.select(delivery, reminder.c.stage, reminder.c.channel, reminder.c.role, duty.c.unit, duty.c.period)
        .select_from(
            delivery.join(reminder, reminder.c.id == delivery.c.reminder_id).join(
                duty, duty.c.obligation_id == reminder.c.obligation_id
            )
        )
        .where(*wanted.duty_conditions())
        .order_by(delivery.c.finished_at.desc(), delivery.c.id.desc())
        .limit(limit + 1)
    )
    if wanted.states:
        query = query.where(delivery.c.state.in_(wanted.states))
    if reminder_id is not None:
        query = query.where(delivery.c.reminder_id == reminder_id)
    if after:
        query = query.where(sa.tuple_(delivery.c.finished_at, delivery.c.id) < sa.tuple_(*after))
    return (await tx.execute(query)).all()


async def by_day(tx: AsyncConnection, wanted: Filter) -> dict[date, dict[str, int]]:
    """How many reminders go out on each day in Vietnam, by state."""
    day = sa.cast(sa.func.timezone("Asia/Ho_Chi_Minh", reminder.c.not_before), sa.Date).label("day")
    query = (
        sa.select(day, reminder.c.state, sa.func.count().label("many"))
        .select_from(reminder.join(duty, duty.c.obligation_id == reminder.c.obligation_id))
        .where(*wanted.reminder_conditions())
        .group_by(day, reminder.c.state)
    )
    found: dict[date, dict[str, int]] = {}
    for row in await tx.execute(query):
        found.setdefault(row.day, {})[row.state] = row.many
    return found


async def contacts(
    tx: AsyncConnection, unit: str | None, after: tuple[str, str] | None, limit: int
) -> Sequence[sa.Row[Any]]:
    query = sa.select(contact).order_by(contact.c.unit, contact.c.role).limit(limit + 1)
    if unit is not None:
        query = query.where(contact.c.unit == unit)
    if after:
        query = query.where(sa.tuple_(contact.c.unit, contact.c.role) > sa.tuple_(*after))
    return (await tx.execute(query)).all()


async def units_with_duties(tx: AsyncConnection) -> list[str]:
    return list((await tx.execute(sa.select(duty.c.unit).distinct())).scalars())


async def coming_deadlines(tx: AsyncConnection, wanted: Filter, now: datetime, limit: int) -> Sequence[sa.Row[Any]]:
    """The next instants something is due, with how many duties are answered and how many there are."""
    query = (
        sa.select(
            duty.c.due_at,
            sa.func.count().label("owed"),
            sa.func.count().filter(duty.c.state == "submitted").label("submitted"),
        )
        .where(duty.c.due_at > now, *wanted.duty_conditions())
        .group_by(duty.c.due_at)
        .order_by(duty.c.due_at)
        .limit(limit)
    )
    return (await tx.execute(query)).all()


async def overdue(tx: AsyncConnection, wanted: Filter, now: datetime) -> int:
    """How many duties are past their deadline and still open."""
    query = sa.select(sa.func.count()).where(duty.c.state == "open", duty.c.due_at <= now, *wanted.duty_conditions())
    return int((await tx.execute(query)).scalar_one())
