"""The worker: every topic into the log, what has come of each source, and the relay of this service's own events."""

import time
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from audit.commands.gap_watch import watching
from audit.rules.entry import LOGGED_TYPES, Entry, read_entry
from audit.rules.heartbeat import read_heartbeat
from audit.settings import AuditSettings
from audit.store import entries as store
from audit.store import sources
from shared.clock import Clock
from shared.database.idempotency import forgetting
from shared.events import ALL_TOPICS
from shared.messaging import Apply, Received, ServiceWorker
from shared.runtime import Runtime

GRACE = timedelta(seconds=30)


def log_events(clock: Clock, grace: timedelta = GRACE) -> Apply:
    """The effect of a batch: an entry for each event but heartbeats, in the order the batch has them, and what is now
    known of their sources.

    Our own inspections.v1 is read back from Kafka like every other topic, so that the log holds what was published.
    """

    async def apply(tx: AsyncConnection, events: list[Received]) -> None:
        entries = [_entry(item, clock) for item in events if item.event.type in LOGGED_TYPES]
        heartbeats = [found for item in events if (found := read_heartbeat(item.event))]
        behind = {item.event.source for item in events if _age(item) > grace}
        added = await store.append(tx, entries)
        await sources.track(tx, added, heartbeats, behind=behind, now=clock.now())

    return apply


def _entry(received: Received, clock: Clock) -> Entry:
    record = received.record
    return read_entry(
        received.event,
        received.value,
        received_at=clock.now(),
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
    )


def _age(received: Received) -> timedelta:
    """Since the record was sent. Kafka's clock is the real one, whatever day a demonstration stands on."""
    return timedelta(seconds=time.time() - received.record.timestamp / 1000)


def effects_of(clock: Clock, settings: AuditSettings) -> dict[str, Apply]:
    """Topic → what its events do."""
    return dict.fromkeys(ALL_TOPICS, log_events(clock, settings.gap_grace))


def create_worker(settings: AuditSettings) -> ServiceWorker:
    """Raises CatalogueError."""
    runtime = Runtime(settings)
    return ServiceWorker(
        settings,
        runtime.engine,
        effects=effects_of(runtime.clock, settings),
        loops=[forgetting(runtime.engine), watching(runtime.engine, runtime.clock, settings.gap_grace)],
    )
