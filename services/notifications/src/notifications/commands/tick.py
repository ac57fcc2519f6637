"""The ticker: reminders whose time has come become due, and the province is told, whether or not mail works."""

import asyncio
from collections import defaultdict
from uuid import UUID

import structlog
from opentelemetry.context import Context
from opentelemetry.trace import set_span_in_context
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from notifications.commands import tracing
from notifications.events import Teller
from notifications.rules.obligation import Duty
from notifications.rules.reminder import Reminder, catch_up
from notifications.rules.stage import RETURNED
from notifications.store import write
from shared import telemetry
from shared.clock import Clock
from shared.events import Event
from shared.messaging import publish_each

log = structlog.get_logger()
BATCH = 100


class Ticker:
    def __init__(self, engine: AsyncEngine, clock: Clock, teller: Teller, every_seconds: float) -> None:
        self._engine = engine
        self._clock = clock
        self._teller = teller
        self._every = every_seconds

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            while await self.tick() == BATCH and not stopping.is_set():
                pass
            await pause(stopping, self._every)

    async def tick(self) -> int:
        """One transaction over the duties that have something to send; how many there were."""
        now = self._clock.now()
        async with self._engine.begin() as tx:
            duties = await write.lock_ripe(tx, now, BATCH)
            if not duties:
                return 0
            by_duty: dict[UUID, list[write.TracedReminder]] = defaultdict(list)
            for traced in await write.candidates(tx, duties, now):
                by_duty[traced.reminder.obligation_id].append(traced)
            told: list[tuple[Event, Context | None]] = []
            for obligation_id, ripe in by_duty.items():
                told += await self._advance(tx, duties[obligation_id], ripe)
            await publish_each(tx, told)
        return len(duties)

    async def _advance(
        self, tx: AsyncConnection, duty: Duty, ripe: list[write.TracedReminder]
    ) -> list[tuple[Event, Context | None]]:
        now = self._clock.now()
        changes = catch_up((traced.reminder for traced in ripe), now)
        if not changes:
            return []
        traces = {traced.reminder.id: traced for traced in ripe}
        cause = traces[changes[-1].id]
        span = tracing.start("remind", cause.traceparent, cause.traced_at, now, changes[-1])
        context = set_span_in_context(span)
        await write.set_states(tx, changes)
        due = [change for change in changes if change.state == "due"]
        await write.set_trace(tx, [change.id for change in due], telemetry.traceparent_of(context), now)
        span.end()
        events = [self._teller.superseded(c, duty, now) for c in changes if c.state != "due"]
        events += [self._teller.deadline(step, duty, now) for step in first_of_each_stage(due)]
        log.info("reminder.due", obligation_id=str(duty.obligation_id), stages=sorted({c.stage for c in due}))
        return [(event, context) for event in events]


def first_of_each_stage(due: list[Reminder]) -> list[Reminder]:
    """A step goes to several people but is one fact: the reporter's reminder stands for it."""
    steps = sorted((one for one in due if one.stage != RETURNED), key=lambda one: one.role != "reporter")
    return list({step.stage: step for step in reversed(steps)}.values())


async def pause(stopping: asyncio.Event, seconds: float) -> None:
    """Wait, but no longer than until the worker stops. Monotonic: a clock that jumps does not hold it up."""
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        pass
