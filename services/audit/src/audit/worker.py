"""The worker: every topic into the log, and the relay of this service's own events."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from audit import store
from audit.entry import LOGGED_TYPES, Entry, read_entry
from audit.settings import Settings
from shared.clock import Clock
from shared.database import create_engine
from shared.events import ALL_TOPICS
from shared.messaging import Apply, Received, ServiceWorker
from shared.web.idempotency import forgetting


def log_events(clock: Clock) -> Apply:
    """The effect of a batch: an entry for each event but heartbeats, in the order the batch has them.

    Our own inspections.v1 is read back from Kafka like every other topic, so that the log holds what was published.
    """

    async def apply(tx: AsyncConnection, events: list[Received]) -> None:
        await store.append(tx, [_entry(item, clock) for item in events if item.event.type in LOGGED_TYPES])

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


def create_worker(settings: Settings) -> ServiceWorker:
    clock = Clock(timedelta(seconds=settings.clock_offset_seconds))
    engine = create_engine(settings)
    return ServiceWorker(settings, engine, topics=ALL_TOPICS, apply=log_events(clock), loops=[forgetting(engine)])
