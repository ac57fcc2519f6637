"""What becomes of the reminders that are stored already: when the plan changes, and when their time has come. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from notifications.rules.reminder import Reminder, is_waiting
from notifications.rules.stage import RETURNED, urgency


def reconcile(planned: Iterable[Reminder], existing: Iterable[Reminder]) -> list[Reminder]:
    """What has to be written so that the stored reminders follow the plan; nothing when called twice.

    Sent and failed ones, those overtaken by a later step and those in a sender's hands stay as they are.
    """
    stored = {reminder.id: reminder for reminder in existing}
    changes: list[Reminder] = []
    plan = {reminder.id: reminder for reminder in planned}
    for reminder in plan.values():
        old = stored.get(reminder.id)
        if old is None or (_may_change(old) and _differs(old, reminder)):
            changes.append(reminder)
    # What the plan no longer names, such as the notice of an earlier return.
    for old in stored.values():
        if old.id not in plan and _may_change(old) and is_waiting(old.state):
            changes.append(replace(old, state="superseded", reason="replaced"))
    return changes


def _may_change(old: Reminder) -> bool:
    return not (old.leased or old.state in ("sent", "failed") or old.reason in ("catch_up", "replaced"))


def _differs(old: Reminder, new: Reminder) -> bool:
    same_day = (old.planned_on, old.expires_at) == (new.planned_on, new.expires_at)
    if old.state == "due" and new.state == "planned":
        return not same_day
    return not same_day or (old.state, old.reason) != (new.state, new.reason)


def catch_up(candidates: Iterable[Reminder], now: datetime) -> list[Reminder]:
    """What happens to the reminders of one obligation whose time has come (`planned` past not_before, or `due` unsent).

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
