"""What every template of this place asks for: names of forms and periods, days left, words of a channel."""

from datetime import date, datetime
from typing import Any, get_args

from notifications.http.context import NotificationsContext
from notifications.rules import stage
from notifications.rules.contact import in_order
from notifications.rules.naming import form_title
from notifications.rules.reminder import ChannelReason
from notifications.store.records import DeliveryRecord, ReminderRecord
from shared.text.figures import last_day
from shared.text.names import form_name, period_name


def words(context: NotificationsContext) -> dict[str, Any]:
    now = context.clock.now()

    def channel_key(channel: str, name: str) -> str:
        exists = context.channels.get(channel) is not None
        return f"channel.{channel if exists else 'other'}.{name}"

    def reason_key(reminder: ReminderRecord) -> str:
        if reminder.reason in get_args(ChannelReason):
            return channel_key(reminder.channel, str(reminder.reason))
        return f"reason.{reminder.reason}"

    def outcome_key(delivery: DeliveryRecord) -> str:
        return channel_key(delivery.channel, f"outcome.{delivery.state}")

    return {
        "form_name": form_name,
        "form_title": lambda code: form_title(context.catalogue, code),
        "period_name": lambda period: period_name(period, "short"),
        "step_days": lambda reminder: step_days(reminder, now),
        "reason_key": reason_key,
        "outcome_key": outcome_key,
        "in_order": in_order,
        "shown_address": lambda reminder: context.shown_address(reminder.channel, reminder.address),
    }


def step_days(reminder: ReminderRecord, now: datetime) -> int | None:
    """Days left, as its message says or would say them; None for the notice of a return, which speaks of no deadline
    first."""
    if reminder.stage == stage.RETURNED or reminder.due_at is None:
        return None
    if reminder.sent_at is not None:
        return stage.days_left(reminder.due_at, reminder.sent_at)
    if reminder.state in ("superseded", "cancelled"):
        planned: date = reminder.planned_on
        return (last_day(reminder.due_at) - planned).days
    coming = reminder.state in ("planned", "due")
    return stage.days_left(reminder.due_at, max(reminder.not_before, now) if coming else reminder.not_before)
