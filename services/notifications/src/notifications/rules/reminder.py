"""A reminder: one message about one step of an obligation to one recipient by one channel."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, assert_never
from uuid import NAMESPACE_URL, UUID, uuid5

ReminderState = Literal["planned", "due", "sent", "superseded", "cancelled", "failed"]
PlanReason = Literal["submitted", "merged", "catch_up", "expired", "replaced"]
ChannelReason = Literal["rejected", "no_contact"]
"""Each channel says these in its own words."""
Reason = Literal[PlanReason, ChannelReason]
NAMESPACE = uuid5(NAMESPACE_URL, "urn:tiendo:reminder")


@dataclass(frozen=True, slots=True)
class Reminder:
    """`leased` while a sender holds it: only that sender may change it then."""

    id: UUID
    obligation_id: UUID
    stage: str
    role: str
    channel: str
    planned_on: date
    not_before: datetime
    expires_at: datetime
    state: ReminderState
    reason: Reason | None = None
    leased: bool = False


def reminder_id(obligation_id: UUID, stage: str, channel: str, role: str) -> UUID:
    """The same for the same step and recipient, on every machine and in every run: a reminder never exists twice."""
    return uuid5(NAMESPACE, f"{obligation_id}|{stage}|{channel}|{role}")


def is_waiting(state: ReminderState) -> bool:
    """Whether it may still go out."""
    match state:
        case "planned" | "due":
            return True
        case "sent" | "superseded" | "cancelled" | "failed":
            return False
        case _:
            assert_never(state)


def next_attempt(now: datetime, attempts: int, base: timedelta, cap: timedelta) -> datetime:
    """After `attempts` failed ones: base, 2·base, 4·base … at most `cap` later (RFC 5321 section 4.5.4.1)."""
    exponent = min(max(attempts - 1, 0), 20)
    wait: timedelta = min(base * 2**exponent, cap)
    return now + wait
