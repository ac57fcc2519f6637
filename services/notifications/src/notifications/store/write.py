"""Every statement that plans: obligations, their reminders, and reminders whose time has come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.rules.obligation import TrackedObligation
from notifications.rules.reminder import Reminder
from notifications.store.records import OBLIGATION_COLUMNS, REMINDER_COLUMNS, TracedReminder
from notifications.store.tables import obligation, reminder
from shared.messaging.restore.setback import IS_CURRENT


def _locked(condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Locked in the order of their ids, so that two writers never wait on each other."""
    return sa.select(obligation).where(condition).order_by(obligation.c.obligation_id).with_for_update()


def _upsert_obligation() -> Insert:
    statement = insert(obligation)
    return statement.on_conflict_do_update(
        index_elements=[obligation.c.obligation_id],
        set_={name: statement.excluded[name] for name in OBLIGATION_COLUMNS if name != "obligation_id"},
        where=obligation.c.version <= statement.excluded.version,
    )


def _upsert_reminder() -> Insert:
    statement = insert(reminder)
    new = statement.excluded
    return statement.on_conflict_do_update(
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


# Made once: a statement is a cycle of objects, and those of each batch would wait for the collector.
_IDS = sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.UUID)))
_LOCK_OBLIGATIONS = _locked(obligation.c.obligation_id == _IDS)
_LOCK_REMINDERS = sa.select(reminder).where(reminder.c.obligation_id == _IDS).order_by(reminder.c.id).with_for_update()
_UPSERT_OBLIGATION = _upsert_obligation()
_UPSERT_REMINDER = _upsert_reminder()


def _obligation(row: Any) -> TrackedObligation:
    return TrackedObligation(**{name: getattr(row, name) for name in OBLIGATION_COLUMNS})


def _reminder(row: Any, now: datetime) -> Reminder:
    leased = row.state == "due" and row.lease_until is not None and row.lease_until > now
    return Reminder(**{name: getattr(row, name) for name in REMINDER_COLUMNS}, leased=leased)


async def lock_obligations(tx: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, TrackedObligation]:
    """Those among `ids` that are stored."""
    return {row.obligation_id: _obligation(row) for row in await tx.execute(_LOCK_OBLIGATIONS, {"ids": list(ids)})}


async def lock_open_obligations(tx: AsyncConnection, unit: str) -> dict[UUID, TrackedObligation]:
    """What a unit still owes."""
    owed = _locked(sa.and_(obligation.c.unit == unit, obligation.c.state == "open"))
    return {row.obligation_id: _obligation(row) for row in await tx.execute(owed)}


async def save_obligations(tx: AsyncConnection, obligations: Sequence[TrackedObligation]) -> None:
    if obligations:
        rows = [asdict(one) for one in sorted(obligations, key=lambda one: one.obligation_id)]
        await tx.execute(_UPSERT_OBLIGATION, rows)


async def reminders_of(tx: AsyncConnection, ids: Iterable[UUID], now: datetime) -> list[Reminder]:
    """Locked: no sender begins an attempt between this look and what is then written."""
    return [_reminder(row, now) for row in await tx.execute(_LOCK_REMINDERS, {"ids": list(ids)})]


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
    await tx.execute(_UPSERT_REMINDER, rows)


async def lock_ripe(tx: AsyncConnection, now: datetime, limit: int) -> dict[UUID, TrackedObligation]:
    """Obligations with a reminder whose time has come, skipping those that another ticker or the consumer holds."""
    ripe = (
        sa.select(reminder.c.obligation_id)
        .where(IS_CURRENT, reminder.c.state == "planned", reminder.c.not_before <= now)
        .distinct()
        .limit(limit * 4)
    )
    query = (
        sa.select(obligation)
        .where(obligation.c.obligation_id.in_(ripe))
        .limit(limit)
        .with_for_update(skip_locked=True, of=obligation)
    )
    return {row.obligation_id: _obligation(row) for row in await tx.execute(query)}


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
