"""The effect of a batch from `submissions.v1`: obligations are folded, their reminders planned, stopped or armed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from opentelemetry.context import Context
from sqlalchemy.ext.asyncio import AsyncConnection

from notifications.channels.registry import Channels
from notifications.events import EventFactory
from notifications.rules.obligation import TrackedObligation, fold
from notifications.rules.reconcile import reconcile
from notifications.rules.reminder import Reminder, is_waiting
from notifications.rules.schedule import desired
from notifications.rules.stage import Ladder
from notifications.settings import NotificationsSettings
from notifications.store import write
from notifications.store.contact import reminding_channels
from shared import telemetry
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.events import Event, SubmissionReceived, SubmissionsEvent
from shared.messaging import Received, publish_each


class Planner:
    """`channels` are names, the default one first."""

    def __init__(
        self,
        clock: Clock,
        ladder: Ladder,
        channels: Sequence[str],
        event_factory: EventFactory,
        settle: timedelta = timedelta(),
    ) -> None:
        self._clock = clock
        self._ladder = ladder
        self._channels = channels
        self._events = event_factory
        self._settle = settle

    @staticmethod
    def gist(event: Event) -> SubmissionsEvent | None:
        """What the event says, without the figures, which no reminder is about: the consumer keeps it in place of the
        event."""
        data = event.data
        if isinstance(data, SubmissionReceived):
            return data.model_copy(update={"observations": ()})
        return data if isinstance(data, SubmissionsEvent) else None

    async def apply(self, tx: AsyncConnection, batch: list[Received]) -> None:
        """Events of one obligation may come in any order and more than once; the result is the same."""
        causes: dict[UUID, Context] = {}
        events: dict[UUID, list[SubmissionsEvent]] = defaultdict(list)
        for received in batch:
            data = received.gist or received.event.data
            if isinstance(data, SubmissionsEvent):
                events[data.obligation_id].append(data)
                causes[data.obligation_id] = received.context
        if not events:
            return
        stored = await write.lock_obligations(tx, events)
        changed: list[TrackedObligation] = []
        for obligation_id, of_obligation in events.items():
            before = stored.get(obligation_id)
            obligation = before
            for event in of_obligation:
                obligation = fold(obligation, event)
            if obligation is not None and obligation != before:
                changed.append(obligation)
        await write.save_obligations(tx, changed)
        await self.plan(tx, changed, causes)

    async def plan(
        self, tx: AsyncConnection, obligations: Sequence[TrackedObligation], causes: Mapping[UUID, Context]
    ) -> None:
        """Bring the reminders of locked obligations in line. `causes`: what changed each, for its trace."""
        if not obligations:
            return
        now = self._clock.now()
        stored: dict[UUID, list[Reminder]] = defaultdict(list)
        for reminder in await write.reminders_of(tx, (each.obligation_id for each in obligations), now):
            stored[reminder.obligation_id].append(reminder)
        channels = await reminding_channels(tx, {each.unit for each in obligations}, self._channels)
        changes: list[Reminder] = []
        events: list[tuple[Event, Context | None]] = []
        for obligation in obligations:
            existing = stored[obligation.obligation_id]
            planned = desired(obligation, now, self._ladder, channels[obligation.unit], self._settle)
            changed = reconcile(planned, existing)
            changes += changed
            cause = causes.get(obligation.obligation_id)
            events += [(self._events.superseded(each, obligation, now), cause) for each in stopped(changed, existing)]
        traceparents = {id_: telemetry.traceparent_of(cause) for id_, cause in causes.items()}
        await write.save_reminders(tx, changes, now, traceparents)
        await publish_each(tx, events)


def stopped(changes: Sequence[Reminder], existing: Sequence[Reminder]) -> list[Reminder]:
    """Those that were going out and will not any more."""
    outstanding = {reminder.id for reminder in existing if is_waiting(reminder.state)}
    return [change for change in changes if change.id in outstanding and change.state in ("superseded", "cancelled")]


def ladder_of(catalogue: Catalogue) -> Ladder:
    calendar = catalogue.calendar
    return Ladder.of(calendar.remind_before, calendar.remind_after, calendar.holidays())


def planner_of(settings: NotificationsSettings, catalogue: Catalogue, channels: Channels, clock: Clock) -> Planner:
    """For the worker, for replaying its dead letters, and for contacts that are new."""
    return Planner(clock, ladder_of(catalogue), channels.names, EventFactory(catalogue.version), settings.settle)
