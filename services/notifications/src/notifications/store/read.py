"""What readers ask for: lists in keyset pages, one reminder with its attempts, a month at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.store.contact import reaches
from notifications.store.records import ComingDeadline, DeadlineRecord, DeliveryRecord, ReminderRecord, records
from notifications.store.tables import contact, delivery, obligation, reminder

OF_REMINDER = reminder.join(obligation, obligation.c.obligation_id == reminder.c.obligation_id)
REMINDER = sa.select(
    reminder,
    obligation.c.obligation,
    obligation.c.unit,
    obligation.c.form,
    obligation.c.period,
    obligation.c.due_at,
    contact.c.address,
).select_from(OF_REMINDER.outerjoin(contact, reaches(obligation, reminder)))
LIVE = ("planned", "due", "sent", "failed")
After = tuple[datetime, UUID] | None
"""The key of the last row of the page before."""


@dataclass(frozen=True, slots=True)
class DeadlineFilter:
    """None is no condition. `since` and `until` bound the instant a reminder goes out, `until` exclusive."""

    unit: str | None = None
    period: str | None = None
    form: str | None = None
    obligation_id: UUID | None = None
    states: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def obligation_conditions(self) -> list[sa.ColumnElement[bool]]:
        pairs = (
            (obligation.c.unit, self.unit),
            (obligation.c.period, self.period),
            (obligation.c.form, self.form),
            (obligation.c.obligation_id, self.obligation_id),
        )
        return [column == value for column, value in pairs if value is not None]

    def reminder_conditions(self) -> list[sa.ColumnElement[bool]]:
        conditions = self.obligation_conditions()
        if self.states:
            conditions.append(reminder.c.state.in_(self.states))
        if self.since is not None:
            conditions.append(reminder.c.not_before >= self.since)
        if self.until is not None:
            conditions.append(reminder.c.not_before < self.until)
        return conditions


async def deadlines(tx: AsyncConnection, chosen: DeadlineFilter, after: After, limit: int) -> Sequence[DeadlineRecord]:
    """Obligations by deadline, one more than `limit`."""
    coming = (
        sa.select(reminder.c.stage, reminder.c.not_before)
        .where(reminder.c.obligation_id == obligation.c.obligation_id, reminder.c.state.in_(("planned", "due")))
        .order_by(reminder.c.not_before, reminder.c.id)
        .limit(1)
        .lateral("coming")
    )
    query = (
        sa.select(obligation, coming.c.stage.label("next_stage"), coming.c.not_before.label("next_at"))
        .select_from(obligation.outerjoin(coming, sa.true()))
        .where(obligation.c.due_at.is_not(None), *chosen.obligation_conditions())
        .order_by(obligation.c.due_at, obligation.c.obligation_id)
        .limit(limit + 1)
    )
    if chosen.states:
        query = query.where(obligation.c.state.in_(chosen.states))
    if after:
        query = query.where(sa.tuple_(obligation.c.due_at, obligation.c.obligation_id) > sa.tuple_(*after))
    return records(DeadlineRecord, await tx.execute(query))


async def reminders(tx: AsyncConnection, chosen: DeadlineFilter, after: After, limit: int) -> Sequence[ReminderRecord]:
    """In the order they go out, one more than `limit`."""
    order = (reminder.c.not_before, reminder.c.id)
    query = REMINDER.where(*chosen.reminder_conditions()).order_by(*order).limit(limit + 1)
    if after:
        query = query.where(sa.tuple_(*order) > sa.tuple_(*after))
    return records(ReminderRecord, await tx.execute(query))


async def reminder_of(tx: AsyncConnection, reminder_id: UUID) -> ReminderRecord | None:
    rows = records(ReminderRecord, await tx.execute(REMINDER.where(reminder.c.id == reminder_id)))
    return rows[0] if rows else None


async def deliveries(
    tx: AsyncConnection,
    chosen: DeadlineFilter,
    after: After,
    limit: int,
    *,
    reminder_id: UUID | None = None,
) -> Sequence[DeliveryRecord]:
    """Attempts, the newest first, one more than `limit`."""
    order = (delivery.c.finished_at, delivery.c.id)
    each = reminder.alias("each")
    served = sa.or_(each.c.id == delivery.c.reminder_id, each.c.id == sa.any_(delivery.c.also_for))
    roles = sa.select(sa.func.array_agg(each.c.role)).where(served)
    query = (
        sa.select(
            delivery,
            roles.scalar_subquery().label("roles"),
            delivery.c.smtp_code.label("reply_code"),
            reminder.c.stage,
            reminder.c.channel,
            reminder.c.role,
            obligation.c.unit,
            obligation.c.period,
        )
        .select_from(OF_REMINDER.join(delivery, reminder.c.id == delivery.c.reminder_id))
        .where(*chosen.obligation_conditions())
        .order_by(*(column.desc() for column in order))
        .limit(limit + 1)
    )
    if chosen.states:
        query = query.where(delivery.c.state.in_(chosen.states))
    if reminder_id is not None:
        of_same = sa.select(each.c.obligation_id).where(each.c.id == reminder_id).scalar_subquery()
        mine = sa.or_(delivery.c.reminder_id == reminder_id, delivery.c.also_for.contains([reminder_id]))
        query = query.where(reminder.c.obligation_id == of_same, mine)
    if after:
        query = query.where(sa.tuple_(*order) < sa.tuple_(*after))
    return records(DeliveryRecord, await tx.execute(query))


async def by_day(tx: AsyncConnection, chosen: DeadlineFilter) -> dict[date, dict[str, int]]:
    """How many reminders go out on each day in Vietnam, by state."""
    day = sa.cast(sa.func.timezone("Asia/Ho_Chi_Minh", reminder.c.not_before), sa.Date).label("day")
    query = (
        sa.select(day, reminder.c.state, sa.func.count().label("many"))
        .select_from(OF_REMINDER)
        .where(*chosen.reminder_conditions())
        .group_by(day, reminder.c.state)
    )
    counts: dict[date, dict[str, int]] = {}
    for row in await tx.execute(query):
        counts.setdefault(row.day, {})[row.state] = row.many
    return counts


async def owing_units(tx: AsyncConnection) -> list[str]:
    """Units that have had an obligation, answered or not."""
    return list((await tx.execute(sa.select(obligation.c.unit).distinct())).scalars())


async def coming_deadlines(
    tx: AsyncConnection, chosen: DeadlineFilter, now: datetime, limit: int
) -> Sequence[ComingDeadline]:
    """The next instants something is due."""
    query = (
        sa.select(
            obligation.c.due_at,
            sa.func.count().label("owed"),
            sa.func.count().filter(obligation.c.state == "submitted").label("submitted"),
        )
        .where(obligation.c.due_at > now, *chosen.obligation_conditions())
        .group_by(obligation.c.due_at)
        .order_by(obligation.c.due_at)
        .limit(limit)
    )
    return records(ComingDeadline, await tx.execute(query))


async def overdue(tx: AsyncConnection, chosen: DeadlineFilter, now: datetime) -> int:
    """How many obligations are past their deadline and still open."""
    conditions = (obligation.c.state == "open", obligation.c.due_at <= now, *chosen.obligation_conditions())
    return int((await tx.execute(sa.select(sa.func.count()).where(*conditions))).scalar_one())
