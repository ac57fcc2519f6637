"""Statements of a sender: it claims due reminders, begins attempts, and settles what it holds."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.rules.contact import ROLES
from notifications.rules.obligation import TrackedObligation
from notifications.rules.reminder import Reason, Reminder, ReminderState
from notifications.store.contact import reaches
from notifications.store.records import (
    OBLIGATION_COLUMNS,
    REMINDER_COLUMNS,
    BegunAttempt,
    Claim,
    NewDelivery,
    SharedDelivery,
)
from notifications.store.tables import contact, delivery, obligation, reminder
from shared.messaging.restore.setback import IS_CURRENT


async def claim(tx: AsyncConnection, now: datetime, lease: timedelta, limit: int) -> list[Claim]:
    """Take due reminders that nobody holds. The lease and a fresh token are committed before any message leaves."""
    token = uuid4()
    free = (
        sa.select(reminder.c.id)
        .where(
            IS_CURRENT,  # a database that was restored does not know who has reported meanwhile
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


async def begin_attempt(
    tx: AsyncConnection, claim: Claim, now: datetime, lease: timedelta, mailbox: Callable[[str], str]
) -> BegunAttempt | SharedDelivery | None:
    """None when the claim was lost or the obligation has been answered meanwhile. It goes to the address that stands
    now, which may be another one than when it was claimed.

    Whoever else of the unit is reached at the same mailbox by this step shares the attempt: their reminder is taken
    into hand as well, from another sender that has not begun with it, too. When they have got the step there already,
    that delivery is given.
    """
    known = await _of_obligation(tx, claim)
    mine = _held(known, claim, now)
    if mine is None:
        return None
    place = mailbox(mine.address)
    others = [row for row in known if row.stage == mine.stage and row.role != mine.role]
    shared = await _already_there(tx, mine, others, place, mailbox)
    if shared is not None:
        return shared
    sharing = [row for row in others if _may_go(row, now) and row.address and mailbox(row.address) == place]
    claims = _claims_of(claim, mine, sharing)
    for each in claims:
        await tx.execute(
            sa.update(reminder)
            .where(reminder.c.id == each.reminder.id)
            .values(attempts=each.attempts, lease_until=now + lease, claim_token=each.token)
        )
    return BegunAttempt(tuple(claims), _first_message(known))


def _held(known: Sequence[Any], claim: Claim, now: datetime) -> Any | None:
    """The reminder that was claimed, as long as this claim holds it and it may go somewhere."""
    mine = next((row for row in known if row.id == claim.reminder.id), None)
    if mine is None or mine.claim_token != claim.token or mine.address is None:
        return None
    return mine if _may_go(mine, now) else None


async def _already_there(
    tx: AsyncConnection, mine: Any, others: Sequence[Any], place: str, mailbox: Callable[[str], str]
) -> SharedDelivery | None:
    """The delivery by which one of the others got the step at this mailbox."""
    for row in others:
        if row.state == "sent":
            shared = await _arrived_at(tx, row.id, [each.id for each in (mine, *others)], place, mailbox)
            if shared is not None:
                return shared
    return None


def _claims_of(claim: Claim, mine: Any, sharing: Sequence[Any]) -> list[Claim]:
    """The claim as its row stands now, and a claim for each that shares its attempt, in the order of their roles."""
    claims = [replace(claim, address=mine.address, attempts=mine.attempts + 1)]
    for row in sharing:
        shared_by = Reminder(**{name: getattr(row, name) for name in REMINDER_COLUMNS}, leased=True)
        claims.append(replace(claim, reminder=shared_by, address=row.address, token=uuid4(), attempts=row.attempts + 1))
    return sorted(claims, key=lambda each: ROLES.index(each.reminder.role))


def _first_message(known: Sequence[Any]) -> str | None:
    """The id of the first mail about the obligation, which the next ones answer."""
    sent = [row for row in known if row.state == "sent" and row.message_id]
    first = min(sent, key=lambda row: (row.sent_at, row.id), default=None)
    return first.message_id if first is not None else None


async def _of_obligation(tx: AsyncConnection, claim: Claim) -> Sequence[Any]:
    """Every reminder of the claim's obligation by its channel, with the address that it goes to now. Locked, in the
    order in which planning locks them, so that two senders never wait on each other."""
    query = (
        sa.select(reminder, contact.c.address, obligation.c.state.label("owed"))
        .join(obligation, obligation.c.obligation_id == reminder.c.obligation_id)
        .outerjoin(contact, reaches(obligation, reminder))
        .where(reminder.c.obligation_id == claim.reminder.obligation_id, reminder.c.channel == claim.reminder.channel)
        .order_by(reminder.c.id)
        .with_for_update(of=reminder)
    )
    return (await tx.execute(query)).all()


def _may_go(row: Any, now: datetime) -> bool:
    return bool(row.state == "due" and row.expires_at > now and row.owed == "open")


async def _arrived_at(
    tx: AsyncConnection, reminder_id: UUID, of_step: Sequence[UUID], place: str, mailbox: Callable[[str], str]
) -> SharedDelivery | None:
    """The delivery of a reminder that was sent, if it went to that mailbox. `of_step`: it stands with one of these."""
    served = sa.or_(delivery.c.reminder_id == reminder_id, delivery.c.also_for.contains([reminder_id]))
    query = (
        sa.select(delivery)
        .where(delivery.c.reminder_id.in_(of_step), served, delivery.c.state == "sent")
        .order_by(delivery.c.finished_at)
    )
    for row in await tx.execute(query):
        if mailbox(row.recipient) == place:
            return SharedDelivery(row.id, row.attempt, row.message_id, row.finished_at)
    return None


async def share_delivery(tx: AsyncConnection, shared: SharedDelivery, reminder_id: UUID) -> None:
    """It was for this reminder, too."""
    also_for = sa.func.array_append(delivery.c.also_for, reminder_id)
    await tx.execute(sa.update(delivery).where(delivery.c.id == shared.id).values(also_for=also_for))


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
    values["also_for"] = list(attempt.also_for)
    values["smtp_code"] = values.pop("reply_code")
    await tx.execute(sa.insert(delivery).values(**values))
