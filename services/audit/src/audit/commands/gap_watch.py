"""The worker's loop over the sources: open gaps for overdue events, and set the metrics of the alarms."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from audit.rules.sources.source import KINDS
from audit.store import gaps, source_reading
from shared import metrics
from shared.clock import Clock
from shared.loops import pause

MOST_SECONDS = 5.0
LEAST_SECONDS = 1.0


def watching(engine: AsyncEngine, clock: Clock, grace: timedelta) -> Callable[[asyncio.Event], Awaitable[None]]:
    """The loop for `ServiceWorker`. An event is overdue after `grace`, and found so a sixth of it later at most."""
    every = max(LEAST_SECONDS, min(MOST_SECONDS, grace.total_seconds() / 6))

    async def watch(stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await watch_once(engine, clock, grace)
            await pause(stopping, every)

    return watch


async def watch_once(engine: AsyncEngine, clock: Clock, grace: timedelta) -> None:
    now = clock.now()
    async with engine.begin() as tx:
        await gaps.open_overdue_gaps(tx, now, grace)
        states = await source_reading.states(tx)
        open_gaps = await source_reading.open_gaps(tx)
    for state in states:
        for kind in KINDS:
            metrics.SOURCE_GAPS.labels(state.source, kind).set(open_gaps.get((state.source, kind), 0))
        if state.heard_at:
            metrics.SOURCE_HEARTBEAT_AGE.labels(state.source).set(max(0.0, (now - state.heard_at).total_seconds()))
