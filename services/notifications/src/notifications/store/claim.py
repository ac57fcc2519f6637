"""Statements of a sender: it claims due reminders, begins attempts, and settles what it holds."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.rules.obligation import TrackedObligation
from notifications.rules.reminder import Reason, Reminder, ReminderState
from notifications.store.contact import reaches
from notifications.store.records import OBLIGATION_COLUMNS, REMINDER_COLUMNS, Claim, NewDelivery
from notifications.store.tables import contact, delivery, obligation, reminder


async def claim(tx: AsyncConnection, now: datetime, lease: timedelta, limit: int) -> list[Claim]:
    """Take due reminders that nobody holds. The lease and a fresh token are committed before any message leaves."""
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
            *(column.label(f"duty_{column.name}") for column in obligation.columns),
            contact.c.address,
        )
        .join(obligation, obligation.c.obligation_id == reminder.c.obligation_id)
        .outerjoin(contact, reaches(obligation, reminder))
        .where(reminder.c.id.in_(ids))
        .order_by(reminder.c.not_before, reminder.c.id)
    )
    return [
        Claim(
            reminder=Reminder(**{name: getattr(row, name) for name in REMINDER_COLUMNS}, leased=row.lease_until > now),
            obligation=TrackedObligation(**{name: getattr(row, f"duty_{name}") for name in OBLIGATION_COLUMNS}),
            address=row.address,
            token=token,
            attempts=row.attempts,
            traceparent=row.traceparent,
            traced_at=row.traced_at,
        )
        for row in await tx.execute(query)
    ]


async def begin_attempt(tx: AsyncConnection, claim: Claim, now: datetime, lease: timedelta) -> int | None:
    """The number of this attempt, or None when the claim was lost or the obligation has been answered meanwhile."""
    still_owed = sa.exists().where(obligation.c.obligation_id == reminder.c.obligation_id, obligation.c.state == "open")
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


async def settle(
    tx: AsyncConnection,
    claim: Claim,
    *,
    state: ReminderState | None = None,
    reason: Reason | None = None,
    sent_at: datetime | None = None,
    message_id: str | None = None,
    next_attempt_at: datetime | None = None,
) -> bool:
    """Write what is given and let go. False when the lease had run out and another sender took over."""
    outcome = {
        "state": state,
        "reason": reason,
        "sent_at": sent_at,
        "message_id": message_id,
        "next_attempt_at": next_attempt_at,
    }
    given = {name: value for name, value in outcome.items() if value is not None}
    query = (
        sa.update(reminder)
        .where(reminder.c.id == claim.reminder.id, reminder.c.claim_token == claim.token)
        .values(claim_token=None, lease_until=None, **given)
    )
    return (await tx.execute(query)).rowcount == 1


async def stop(tx: AsyncConnection, claim: Claim) -> Reminder | None:
    """Supersede a claimed reminder that is answered, or cancel one that expired; None when the claim was lost."""
    query = sa.select(obligation.c.state).where(obligation.c.obligation_id == claim.reminder.obligation_id)
    answered = (await tx.execute(query)).scalar_one() == "submitted"
    stopped = replace(
        claim.reminder,
        state="superseded" if answered else "cancelled",
        reason="submitted" if answered else "expired",
    )
    mine = await settle(tx, claim, state=stopped.state, reason=stopped.reason)
    return stopped if mine else None


async def log_delivery(tx: AsyncConnection, attempt: NewDelivery) -> None:
    values = asdict(attempt)
    values["smtp_code"] = values.pop("reply_code")
    await tx.execute(sa.insert(delivery).values(**values))
