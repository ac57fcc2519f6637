"""Which reminders a duty needs, and what becomes of those already planned. Pure: time and calendar are passed in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, assert_never
from uuid import NAMESPACE_URL, UUID, uuid5

from notifications.rules.obligation import Duty
from notifications.rules.stage import RETURNED, RETURNED_KEPT, Ladder, Role, Step, urgency
from shared.clock import VIETNAM

State = Literal["planned", "due", "sent", "superseded", "cancelled", "failed"]
Reason = Literal["submitted", "merged", "catch_up", "expired", "replaced", "rejected"]
CHANNEL = "email"
NAMESPACE = uuid5(NAMESPACE_URL, "urn:tiendo:reminder")


@dataclass(frozen=True, slots=True)
class Reminder:
    """One message to one recipient. `leased` while a sender holds it: only that sender may change it then."""

    id: UUID
    obligation_id: UUID
    stage: str
    role: str
    channel: str
    planned_on: date
    not_before: datetime
    expires_at: datetime
    state: State
    reason: Reason | None = None
    leased: bool = False


def reminder_id(obligation_id: UUID, stage: str, channel: str, role: str) -> UUID:
    """The same for the same step and recipient, on every machine and in every run: a reminder never exists twice."""
    return uuid5(NAMESPACE, f"{obligation_id}|{stage}|{channel}|{role}")


def desired(duty: Duty, now: datetime, ladder: Ladder, settle: timedelta = timedelta()) -> list[Reminder]:
    """Every reminder of a duty as it should stand now, before anything was sent. Empty while the deadline is unknown.

    A step whose day has passed may go `settle` after now, so that a submission in the same stream stops it first.
    """
    notices = _returned_notices(duty, now, settle)
    if duty.due_at is None:
        return notices
    steps = ladder.steps(duty.due_at)
    return notices + [_reminder(duty, step, role, steps, now, settle) for step in steps for role in step.roles]


def _reminder(duty: Duty, step: Step, role: Role, steps: Iterable[Step], now: datetime, settle: timedelta) -> Reminder:
    merged = any(
        other.day == step.day and urgency(other.code) > urgency(step.code) and role in other.roles for other in steps
    )
    state: State = "planned"
    reason: Reason | None = None
    if duty.state == "submitted" or (duty.reopened_at is not None and step.not_before <= duty.reopened_at):
        state, reason = "superseded", "submitted"
    elif merged:
        state, reason = "superseded", "merged"
    elif now >= step.expires_at:
        state, reason = "cancelled", "expired"
    return Reminder(
        id=reminder_id(duty.obligation_id, step.code, CHANNEL, role),
        obligation_id=duty.obligation_id,
        stage=step.code,
        role=role,
        channel=CHANNEL,
        planned_on=step.day,
        not_before=step.not_before if step.not_before > now else now + settle,
        expires_at=step.expires_at,
        state=state,
        reason=reason,
    )


def _returned_notices(duty: Duty, now: datetime, settle: timedelta) -> list[Reminder]:
    """A return is told at once, to the person who has to correct it."""
    if duty.returned_version is None or duty.reopened_at is None:
        return []
    expires_at = duty.reopened_at + RETURNED_KEPT
    expired = now >= expires_at
    return [
        Reminder(
            id=reminder_id(duty.obligation_id, f"{RETURNED}@{duty.returned_version}", CHANNEL, "reporter"),
            obligation_id=duty.obligation_id,
            stage=RETURNED,
            role="reporter",
            channel=CHANNEL,
            planned_on=duty.reopened_at.astimezone(VIETNAM).date(),
            not_before=now + settle,
            expires_at=expires_at,
            state="cancelled" if expired else "planned",
            reason="expired" if expired else None,
        )
    ]


def reconcile(wanted: Iterable[Reminder], existing: Iterable[Reminder]) -> list[Reminder]:
    """What has to be written so that the stored reminders follow the plan; nothing when called twice.

    Sent and failed ones, those overtaken by a later step and those in a sender's hands stay as they are.
    """
    stored = {reminder.id: reminder for reminder in existing}
    changes: list[Reminder] = []
    plan = {reminder.id: reminder for reminder in wanted}
    for reminder in plan.values():
        old = stored.get(reminder.id)
        if old is None or (_may_change(old) and _differs(old, reminder)):
            changes.append(reminder)
    # What the plan no longer names, such as the notice of an earlier return.
    for old in stored.values():
        if old.id not in plan and _may_change(old) and is_waiting(old.state):
            changes.append(replace(old, state="superseded", reason="replaced"))
    return changes


def is_waiting(state: State) -> bool:
    """Whether it may still go out."""
    match state:
        case "planned" | "due":
            return True
        case "sent" | "superseded" | "cancelled" | "failed":
            return False
        case _:
            assert_never(state)


def _may_change(old: Reminder) -> bool:
    return not (old.leased or old.state in ("sent", "failed") or old.reason in ("catch_up", "replaced"))


def _differs(old: Reminder, new: Reminder) -> bool:
    same_day = (old.planned_on, old.expires_at) == (new.planned_on, new.expires_at)
    if old.state == "due" and new.state == "planned":
        return not same_day
    return not same_day or (old.state, old.reason) != (new.state, new.reason)


def catch_up(candidates: Iterable[Reminder], now: datetime) -> list[Reminder]:
    """What happens to the reminders of one duty whose time has come (`planned` past not_before, or `due` unsent).

    Of several steps for one recipient only the most urgent that is still true becomes due: an outage of ten days does
    not send three mails at once. Returns only what changes.
    """
    changes: list[Reminder] = []
    alive: dict[tuple[str, str], list[Reminder]] = {}
    for reminder in candidates:
        if now >= reminder.expires_at:
            changes.append(replace(reminder, state="cancelled", reason="expired"))
        elif reminder.stage == RETURNED:
            if reminder.state == "planned":
                changes.append(replace(reminder, state="due"))
        else:
            alive.setdefault((reminder.role, reminder.channel), []).append(reminder)
    for steps in alive.values():
        steps.sort(key=lambda reminder: urgency(reminder.stage))
        changes += [replace(step, state="superseded", reason="catch_up") for step in steps[:-1]]
        if steps[-1].state == "planned":
            changes.append(replace(steps[-1], state="due"))
    return changes


def next_attempt(now: datetime, attempts: int, base: timedelta, cap: timedelta) -> datetime:
    """After `attempts` failed ones: base, 2·base, 4·base … at most `cap` later (RFC 5321 section 4.5.4.1)."""
    exponent = min(max(attempts - 1, 0), 20)
    wait: timedelta = min(base * 2**exponent, cap)
    return now + wait
