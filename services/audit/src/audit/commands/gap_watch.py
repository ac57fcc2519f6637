"""The worker's loop over the sources: events that are overdue become gaps, and the figures for the alarms."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from audit.rules.source import KINDS
from audit.store import source_reading, sources
from shared import metrics
from shared.clock import Clock
from shared.loops import pause

WATCH_SECONDS = 1.0


def watching(engine: AsyncEngine, clock: Clock, grace: timedelta) -> Callable[[asyncio.Event], Awaitable[None]]:
    async def watch(stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await look(engine, clock, grace)
            await pause(stopping, WATCH_SECONDS)

    return watch


async def look(engine: AsyncEngine, clock: Clock, grace: timedelta) -> None:
    now = clock.now()
    async with engine.begin() as tx:
        await sources.tell_overdue(tx, now, grace)
        states = await source_reading.states(tx)
        gaps = await source_reading.open_gaps(tx)
    for state in states:
        source = state["source"]
        for kind in KINDS:
            metrics.SOURCE_GAPS.labels(source, kind).set(gaps.get((source, kind), 0))
        if heard_at := state["last_heartbeat_at"] or state["last_event_at"]:
            metrics.SOURCE_HEARTBEAT_AGE.labels(source).set(max(0.0, (now - heard_at).total_seconds()))
