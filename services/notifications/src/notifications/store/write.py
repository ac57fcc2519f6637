"""Every statement that plans, claims and records. Lists for readers are in `listing.py`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.rules.obligation import Duty
from notifications.rules.reminder import Reminder
from notifications.store.tables import contact, delivery, duty, reminder

DUTY_COLUMNS = tuple(column.name for column in duty.columns)
REMINDER_COLUMNS = (
    "id", "obligation_id", "stage", "role", "channel", "planned_on", "not_before", "expires_at", "state", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """A due reminder in this sender's hands until `lease_until`, with what the mail needs."""

    reminder: Reminder
    duty: Duty
    email: str | None
    token: UUID
    attempts: int
    traceparent: str | None
    traced_at: datetime


@dataclass(frozen=True, slots=True)
class TracedReminder:
    """A reminder with the trace it belongs to."""

    reminder: Reminder
    traceparent: str | None
    traced_at: datetime


def _duty(row: Any) -> Duty:
    return Duty(**{name: getattr(row, name) for name in DUTY_COLUMNS})


def _reminder(row: Any, now: datetime) -> Reminder:
    leased = row.state == "due" and row.lease_until is not None and row.lease_until > now
    return Reminder(**{name: getattr(row, name) for name in REMINDER_COLUMNS}, leased=leased)


async def lock_duties(tx: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, Duty]:
    """The known duties among `ids`, locked in the order of their ids so that two writers never wait on each other."""
    query = (
        sa.select(duty)
        .where(duty.c.obligation_id == sa.any_(sa.literal(list(ids), sa.ARRAY(sa.UUID))))
        .order_by(duty.c.obligation_id)
        .with_for_update()
    )
    return {row.obligation_id: _duty(row) for row in await tx.execute(query)}


async def save_duties(tx: AsyncConnection, duties: Sequence[Duty]) -> None:
    if not duties:
        return
    statement = insert(duty)
    changed = {name: statement.excluded[name] for name in DUTY_COLUMNS if name != "obligation_id"}
    statement = statement.on_conflict_do_update(
        index_elements=[duty.c.obligation_id],
        set_=changed,
        where=duty.c.version <= statement.excluded.version,
    )
    await tx.execute(statement, [asdict(one) for one in sorted(duties, key=lambda one: one.obligation_id)])


async def reminders_of(tx: AsyncConnection, ids: Iterable[UUID], now: datetime) -> list[Reminder]:
    """Locked: no sender begins an attempt between this look and what is then written."""
    query = (
        sa.select(reminder)
        .where(reminder.c.obligation_id == sa.any_(sa.literal(list(ids), sa.ARRAY(sa.UUID))))
        .order_by(reminder.c.id)
        .with_for_update()
    )
    return [_reminder(row, now) for row in await tx.execute(query)]


async def save_reminders(
    tx: AsyncConnection, reminders: Sequence[Reminder], now: datetime, traceparents: Mapping[UUID, str | None]
) -> None:
    """Insert or bring to the given state. `traceparents` by obligation: the event that planned it."""
    if not reminders:
        return
    rows = [
        {
            **{name: getattr(one, name) for name in REMINDER_COLUMNS},
            "traceparent": traceparents.get(one.obligation_id),
            "traced_at": now,
        }
        for one in reminders
    ]
    statement = insert(reminder)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=[reminder.c.id],
        set_={
            **{name: new[name] for name in ("planned_on", "not_before", "expires_at", "state", "reason")},
            "traceparent": sa.func.coalesce(new.traceparent, reminder.c.traceparent),
            "traced_at": sa.case((new.traceparent.is_not(None), new.traced_at), else_=reminder.c.traced_at),
            "next_attempt_at": None,
            "claim_token": None,
            "lease_until": None,
        },
    )
    await tx.execute(statement, rows)


async def lock_ripe(tx: AsyncConnection, now: datetime, limit: int) -> dict[UUID, Duty]:
    """Duties with a planned reminder whose time has come, skipping those that another ticker or the consumer holds."""
    ripe = (
        sa.select(reminder.c.obligation_id)
        .where(reminder.c.state == "planned", reminder.c.not_before <= now)
        .distinct()
        .limit(limit * 4)
    )
    query = (
        sa.select(duty).where(duty.c.obligation_id.in_(ripe)).limit(limit).with_for_update(skip_locked=True, of=duty)
    )
    return {row.obligation_id: _duty(row) for row in await tx.execute(query)}


async def candidates(tx: AsyncConnection, ids: Iterable[UUID], now: datetime) -> list[TracedReminder]:
    """Planned reminders whose time has come and due ones that nobody is sending, with their trace."""
    query = (
        sa.select(reminder)
        .where(
            reminder.c.obligation_id == sa.any_(sa.literal(list(ids), sa.ARRAY(sa.UUID))),
            sa.or_(
                sa.and_(reminder.c.state == "planned", reminder.c.not_before <= now),
                sa.and_(
                    reminder.c.state == "due",
                    sa.or_(reminder.c.lease_until.is_(None), reminder.c.lease_until <= now),
                ),
            ),
        )
        .with_for_update(skip_locked=True)
    )
    return [TracedReminder(_reminder(row, now), row.traceparent, row.traced_at) for row in await tx.execute(query)]


async def set_states(tx: AsyncConnection, changes: Sequence[Reminder]) -> None:
    if changes:
        statement = (
            sa.update(reminder)
            .where(reminder.c.id == sa.bindparam("b_id"))
            .values(state=sa.bindparam("b_state"), reason=sa.bindparam("b_reason"))
        )
        await tx.execute(statement, [{"b_id": c.id, "b_state": c.state, "b_reason": c.reason} for c in changes])


async def set_trace(tx: AsyncConnection, ids: Sequence[UUID], traceparent: str | None, now: datetime) -> None:
    if ids and traceparent:
        await tx.execute(
            sa.update(reminder).where(reminder.c.id.in_(ids)).values(traceparent=traceparent, traced_at=now)
        )


async def claim(tx: AsyncConnection, now: datetime, lease: timedelta, limit: int) -> list[Claim]:
    """Take due reminders that nobody holds. The lease and a fresh token are committed before any mail leaves."""
    token = uuid4()
    free = (
        sa.select(reminder.c.id)
        .where(
            reminder.c.state == "due",
            sa.or_(reminder.c.next_attempt_at.is_(None), reminder.c.next_attempt_at <= now),
            sa.or_(reminder.c.lease_until.is_(None), reminder.c.lease_until <= now),
        )
        .order_by(reminder.c.not_before, reminder.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list((await tx.execute(free)).scalars())
    if not ids:
        return []
    await tx.execute(
        sa.update(reminder).where(reminder.c.id.in_(ids)).values(claim_token=token, lease_until=now + lease)
    )
    query = (
        sa.select(
            *(reminder.c[name] for name in (*REMINDER_COLUMNS, "attempts", "traceparent", "traced_at", "lease_until")),
            *(column.label(f"duty_{column.name}") for column in duty.columns),
            contact.c.email,
        )
        .join(duty, duty.c.obligation_id == reminder.c.obligation_id)
        .outerjoin(contact, sa.and_(contact.c.unit == duty.c.unit, contact.c.role == reminder.c.role))
        .where(reminder.c.id.in_(ids))
        .order_by(reminder.c.not_before, reminder.c.id)
    )
    return [
        Claim(
            reminder=_reminder(row, now),
            duty=Duty(**{name: getattr(row, f"duty_{name}") for name in DUTY_COLUMNS}),
            email=row.email,
            token=token,
            attempts=row.attempts,
            traceparent=row.traceparent,
            traced_at=row.traced_at,
        )
        for row in await tx.execute(query)
    ]


async def begin_attempt(tx: AsyncConnection, claim: Claim, now: datetime, lease: timedelta) -> int | None:
    """The number of this attempt, or None when the claim was lost or the duty has been answered meanwhile."""
    still_owed = sa.exists().where(duty.c.obligation_id == reminder.c.obligation_id, duty.c.state == "open")
    query = (
        sa.update(reminder)
        .where(
            reminder.c.id == claim.reminder.id,
            reminder.c.claim_token == claim.token,
            reminder.c.state == "due",
            reminder.c.expires_at > now,
            still_owed,
        )
        .values(attempts=reminder.c.attempts + 1, lease_until=now + lease)
        .returning(reminder.c.attempts)
    )
    attempt: int | None = (await tx.execute(query)).scalar_one_or_none()
    return attempt


async def settle(tx: AsyncConnection, claim: Claim, **values: Any) -> bool:
    """Write the outcome and let go. False when the lease had run out and another sender took over."""
    query = (
        sa.update(reminder)
        .where(reminder.c.id == claim.reminder.id, reminder.c.claim_token == claim.token)
        .values(claim_token=None, lease_until=None, **values)
    )
    return (await tx.execute(query)).rowcount == 1


async def log_delivery(tx: AsyncConnection, **values: Any) -> None:
    await tx.execute(sa.insert(delivery).values(**values))


async def seed_contacts(tx: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Give units without a contact their catalogue address; what people have entered stays."""
    if rows:
        await tx.execute(insert(contact).on_conflict_do_nothing(), list(rows))


async def lock_contact(tx: AsyncConnection, unit: str, role: str) -> sa.Row[Any] | None:
    """As it stands, and nobody else changes it before the transaction ends."""
    query = sa.select(contact).where(contact.c.unit == unit, contact.c.role == role).with_for_update()
    return (await tx.execute(query)).one_or_none()


async def save_contact(tx: AsyncConnection, unit: str, role: str, email: str, by: str, now: datetime) -> None:
    values = {"email": email, "changed_by": by, "changed_at": now}
    statement = insert(contact).values(unit=unit, role=role, **values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["unit", "role"], set_=values))


async def stop(tx: AsyncConnection, claim: Claim, now: datetime) -> Reminder | None:
    """Supersede a claimed reminder of an answered duty, or cancel an expired one; None when the claim was lost."""
    answered = (
        await tx.execute(sa.select(duty.c.state).where(duty.c.obligation_id == claim.reminder.obligation_id))
    ).scalar_one() == "submitted"
    stopped = replace(
        claim.reminder,
        state="superseded" if answered else "cancelled",
        reason="submitted" if answered else "expired",
    )
    mine = await settle(tx, claim, state=stopped.state, reason=stopped.reason)
    return stopped if mine else None


async def retry_failed(tx: AsyncConnection, unit: str, role: str, now: datetime) -> None:
    """Make the newest reminder of each open duty due again that could not be delivered to the old address."""
    newest = (
        sa.select(reminder.c.id)
        .ext(distinct_on(reminder.c.obligation_id))
        .join(duty, duty.c.obligation_id == reminder.c.obligation_id)
        .where(duty.c.unit == unit, duty.c.state == "open", reminder.c.role == role)
        .where(reminder.c.state == "failed", reminder.c.expires_at > now)
        .order_by(reminder.c.obligation_id, reminder.c.not_before.desc())
    )
    await tx.execute(
        sa.update(reminder)
        .where(reminder.c.id.in_(newest.scalar_subquery()))
        .values(state="due", reason=None, next_attempt_at=None)
    )
