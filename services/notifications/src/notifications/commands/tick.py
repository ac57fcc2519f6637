"""The ticker: reminders whose time has come become due and are announced, whether or not a channel works."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from opentelemetry.context import Context
from opentelemetry.trace import set_span_in_context
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from notifications.commands import tracing
from notifications.events import EventFactory
from notifications.rules.obligation import TrackedObligation
from notifications.rules.reconcile import catch_up
from notifications.rules.reminder import Reminder
from notifications.rules.stage import RETURNED
from notifications.store import write
from notifications.store.records import TracedReminder
from shared import telemetry
from shared.clock import Clock
from shared.events import Event
from shared.loops import pause
from shared.messaging import publish_each

log = structlog.get_logger()
BATCH = 100


class Ticker:
    """A step is announced with its reminder by the default channel, so once, however many channels there are."""

    def __init__(
        self,
        engine: AsyncEngine,
        clock: Clock,
        event_factory: EventFactory,
        default_channel: str,
        *,
        every_seconds: float,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._events = event_factory
        self._default_channel = default_channel
        self._every = every_seconds

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            while await self.tick() == BATCH and not stopping.is_set():
                pass
            await pause(stopping, self._every)

    async def tick(self) -> int:
        """One transaction over the obligations that have something to send; how many there were."""
        now = self._clock.now()
        async with self._engine.begin() as tx:
            obligations = await write.lock_ripe(tx, now, BATCH)
            if not obligations:
                return 0
            ripe: dict[UUID, list[TracedReminder]] = defaultdict(list)
            for traced in await write.candidates(tx, obligations, now):
                ripe[traced.reminder.obligation_id].append(traced)
            events: list[tuple[Event, Context | None]] = []
            for obligation_id, reminders in ripe.items():
                events += await self._advance(tx, obligations[obligation_id], reminders)
            await publish_each(tx, events)
        return len(obligations)

    async def _advance(
        self, tx: AsyncConnection, obligation: TrackedObligation, ripe: list[TracedReminder]
    ) -> list[tuple[Event, Context | None]]:
        now = self._clock.now()
        changes = catch_up((traced.reminder for traced in ripe), now)
        if not changes:
            return []
        cause = next(traced for traced in ripe if traced.reminder.id == changes[-1].id)
        span = tracing.start("remind", cause, now)
        context = set_span_in_context(span)
        await write.set_states(tx, changes)
        due = [change for change in changes if change.state == "due"]
        await write.set_trace(tx, [change.id for change in due], telemetry.traceparent_of(context), now)
        span.end()
        stages = sorted({reminder.stage for reminder in due})
        log.info("reminder.due", obligation_id=str(obligation.obligation_id), stages=stages)
        return [(event, context) for event in self._events_of(changes, obligation, now)]

    def _events_of(self, changes: Sequence[Reminder], obligation: TrackedObligation, now: datetime) -> list[Event]:
        """One for each reminder that was superseded, and one for each step that is due."""
        steps = [each for each in changes if each.state == "due" and each.channel == self._default_channel]
        events = [self._events.superseded(change, obligation, now) for change in changes if change.state != "due"]
        return events + [self._events.deadline(step, obligation, now) for step in first_of_each_stage(steps)]


def first_of_each_stage(due: Iterable[Reminder]) -> list[Reminder]:
    """A step goes to several people but is one fact: the reporter's reminder stands for it."""
    steps = sorted((one for one in due if one.stage != RETURNED), key=lambda one: one.role != "reporter")
    return list({step.stage: step for step in reversed(steps)}.values())
