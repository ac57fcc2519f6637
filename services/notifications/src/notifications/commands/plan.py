"""The effect of a batch from `submissions.v1`: duties are folded, their reminders planned, stopped or armed again."""

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from opentelemetry.context import Context
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.events import Teller
from notifications.rules.obligation import Duty, fold
from notifications.rules.reminder import Reminder, desired, is_waiting, reconcile
from notifications.rules.stage import Ladder
from notifications.settings import NotificationsSettings
from notifications.store import write
from shared import telemetry
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.events import Event, SubmissionsEvent
from shared.messaging import Received, publish_each


class Planner:
    def __init__(self, clock: Clock, ladder: Ladder, teller: Teller, settle: timedelta = timedelta()) -> None:
        self._clock = clock
        self._ladder = ladder
        self._teller = teller
        self._settle = settle

    async def apply(self, tx: AsyncConnection, batch: list[Received]) -> None:
        """Events of one obligation may come in any order and more than once; the result is the same."""
        causes: dict[UUID, Context] = {}
        events: dict[UUID, list[SubmissionsEvent]] = defaultdict(list)
        for received in batch:
            data = received.event.data
            if isinstance(data, SubmissionsEvent):
                events[data.obligation_id].append(data)
                causes[data.obligation_id] = received.context
        if not events:
            return
        known = await write.lock_duties(tx, events)
        changed: list[Duty] = []
        for obligation_id, told in events.items():
            before = known.get(obligation_id)
            duty = before
            for event in told:
                duty = fold(duty, event)
            if duty is not None and duty != before:
                changed.append(duty)
        await write.save_duties(tx, changed)
        await self._plan(tx, changed, causes)

    async def _plan(self, tx: AsyncConnection, duties: list[Duty], causes: dict[UUID, Context]) -> None:
        if not duties:
            return
        now = self._clock.now()
        stored: dict[UUID, list[Reminder]] = defaultdict(list)
        for reminder in await write.reminders_of(tx, (duty.obligation_id for duty in duties), now):
            stored[reminder.obligation_id].append(reminder)
        changes: list[Reminder] = []
        told: list[tuple[Event, Context | None]] = []
        for duty in duties:
            cause = causes[duty.obligation_id]
            old = {reminder.id: reminder for reminder in stored[duty.obligation_id]}
            for change in reconcile(desired(duty, now, self._ladder, self._settle), old.values()):
                changes.append(change)
                before = old.get(change.id)
                stopped = before is not None and is_waiting(before.state)
                if stopped and change.state in ("superseded", "cancelled"):
                    told.append((self._teller.superseded(change, duty, now), cause))
        traceparents = {duty.obligation_id: telemetry.traceparent_of(causes[duty.obligation_id]) for duty in duties}
        await write.save_reminders(tx, changes, now, traceparents)
        await publish_each(tx, told)


def ladder_of(catalogue: Catalogue) -> Ladder:
    calendar = catalogue.calendar
    return Ladder.of(calendar.remind_before, calendar.remind_after, calendar.holidays())


def planner_of(settings: NotificationsSettings, catalogue: Catalogue, clock: Clock) -> Planner:
    """For the worker, and for replaying its dead letters."""
    return Planner(clock, ladder_of(catalogue), Teller(catalogue.version), settings.settle)
