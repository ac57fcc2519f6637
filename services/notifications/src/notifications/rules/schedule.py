"""Which reminders an obligation needs. Pure: time and calendar are passed in."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from notifications.rules.contact import RemindingChannels
from notifications.rules.obligation import TrackedObligation
from notifications.rules.reminder import Reason, Reminder, ReminderState, reminder_id
from notifications.rules.stage import RETURNED, RETURNED_KEPT, Ladder, Role, Step, urgency
from shared.calendar import VIETNAM


def desired(
    obligation: TrackedObligation,
    now: datetime,
    ladder: Ladder,
    channels: RemindingChannels,
    settle: timedelta = timedelta(),
) -> list[Reminder]:
    """Every reminder of an obligation as it should stand now, before anything was sent: one for each step, role and
    channel. While the deadline is unknown, only the notice of a return.

    A step whose day has passed may go `settle` after now, so that a submission in the same stream stops it first.
    """
    planned = _returned_notices(obligation, now, channels, settle)
    steps = ladder.steps(obligation.due_at) if obligation.due_at is not None else ()
    for step in steps:
        for role in step.roles:
            state, reason = _state(obligation, step, role, steps, now)
            planned += [
                Reminder(
                    id=reminder_id(obligation.obligation_id, step.code, channel, role),
                    obligation_id=obligation.obligation_id,
                    stage=step.code,
                    role=role,
                    channel=channel,
                    planned_on=step.day,
                    not_before=step.not_before if step.not_before > now else now + settle,
                    expires_at=step.expires_at,
                    state=state,
                    reason=reason,
                )
                for channel in channels.of_role(role)
            ]
    return planned


def _state(
    obligation: TrackedObligation, step: Step, role: Role, steps: Iterable[Step], now: datetime
) -> tuple[ReminderState, Reason | None]:
    reopened_at = obligation.reopened_at
    if obligation.state == "submitted" or (reopened_at is not None and step.not_before <= reopened_at):
        return "superseded", "submitted"
    same_day = (other for other in steps if other.day == step.day and role in other.roles)
    if any(urgency(other.code) > urgency(step.code) for other in same_day):
        return "superseded", "merged"
    return ("cancelled", "expired") if now >= step.expires_at else ("planned", None)


def _returned_notices(
    obligation: TrackedObligation, now: datetime, channels: RemindingChannels, settle: timedelta
) -> list[Reminder]:
    """The person who has to correct a returned report is written to at once."""
    if obligation.returned_version is None or obligation.reopened_at is None:
        return []
    expires_at = obligation.reopened_at + RETURNED_KEPT
    expired = now >= expires_at
    return [
        Reminder(
            id=reminder_id(obligation.obligation_id, f"{RETURNED}@{obligation.returned_version}", channel, "reporter"),
            obligation_id=obligation.obligation_id,
            stage=RETURNED,
            role="reporter",
            channel=channel,
            planned_on=obligation.reopened_at.astimezone(VIETNAM).date(),
            not_before=now + settle,
            expires_at=expires_at,
            state="cancelled" if expired else "planned",
            reason="expired" if expired else None,
        )
        for channel in channels.of_role("reporter")
    ]
