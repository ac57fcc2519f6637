"""The worker: every topic goes into the log, each source is watched, and the relay sends this service's own events."""

import time
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from audit.commands.gap_watch import watching
from audit.rules.entry import LOGGED_TYPES, LogEntry, read_entry
from audit.rules.sources.heartbeat import read_heartbeat
from audit.settings import AuditSettings
from audit.store import sources
from audit.store.append import append, contradictions
from shared import metrics
from shared.clock import Clock
from shared.database.idempotency import forgetting
from shared.events import ALL_TOPICS, OPERATIONS
from shared.messaging import Apply, Received, ServiceWorker
from shared.messaging.consumer.batch_consumer import Contradicted
from shared.messaging.signing.signature_verifier import signature_of
from shared.runtime import Runtime

GRACE = timedelta(seconds=30)
GATHER_SECONDS = 0.1  # nobody waits for an entry


log = structlog.get_logger()


def log_events(clock: Clock, grace: timedelta = GRACE) -> Apply:
    """The effect of a batch: an entry for each event except heartbeats, in the order of the batch, and the new state of
    their sources.

    This service reads its own inspections.v1 from Kafka, too, so that the log holds what was published.
    """

    async def apply(tx: AsyncConnection, events: list[Received]) -> None:
        entries = [_entry(item, clock) for item in events if item.event.type in LOGGED_TYPES]
        heartbeats = [sent for item in events if (sent := read_heartbeat(item.event))]
        behind = {item.event.source for item in events if _age(item) > grace}
        added = await append(tx, entries)
        if len(added) < len(entries):
            await _refuse_contradicting(tx, events, added)
        refused = await sources.track(tx, added, heartbeats, behind=behind, now=clock.now())
        for heartbeat in refused:
            metrics.STRANGERS.labels("audit", OPERATIONS, "implausible-heartbeat").inc()
            log.error("heartbeat.implausible", source=heartbeat.source, sequence=heartbeat.sequence)

    return apply


async def contradicting(tx: AsyncConnection, repeated: list[Received]) -> list[Received]:
    """Those of whose id the log, or a dead letter, has other bytes. A heartbeat is no entry and contradicts nothing."""
    return [repeated[at] for at in await contradictions(tx, [(r.envelope.id, r.value) for r in repeated])]


async def _refuse_contradicting(tx: AsyncConnection, events: list[Received], added: list[LogEntry]) -> None:
    """The same for what the inbox has forgotten already. Raises `Contradicted`."""
    new = {entry.event_id for entry in added}
    if found := await contradicting(tx, [item for item in events if item.envelope.id not in new]):
        raise Contradicted(found)


def _entry(received: Received, clock: Clock) -> LogEntry:
    record = received.record
    return read_entry(
        received.event,
        received.value,
        received_at=clock.now(),
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        signature=signature_of(record.headers),
    )


def _age(received: Received) -> timedelta:
    """The time since the record was sent. Kafka uses the real clock, even when a demonstration sets another day."""
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
        contradicting=contradicting,
        gather_seconds=GATHER_SECONDS,
        loops=[forgetting(runtime.engine), watching(runtime.engine, runtime.clock, settings.gap_grace)],
    )
