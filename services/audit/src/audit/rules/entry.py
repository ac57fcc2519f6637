"""One line of the log: an event as it stood in Kafka, with what is needed to find it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.rules import sequence
from shared.events import DATA_TYPES, Event, SourceHeartbeat

# A heartbeat comes every few seconds and says nothing that a later one does not: it is no fact to keep.
LOGGED_TYPES = tuple(name for name in DATA_TYPES if name != SourceHeartbeat.type)


@dataclass(frozen=True, slots=True)
class Entry:
    """`body` are the exact bytes and the evidence; the rest is copied out of them, or says where they came from.

    `sequence` is None for an event that no relay numbered: it stands in the log but in no chain.
    """

    event_id: str
    type: str
    source: str
    subject: str
    obligation_id: str | None
    unit: str | None
    period: str | None
    time: datetime
    received_at: datetime
    topic: str
    partition: int
    offset: int
    trace_id: str | None
    sequence: int | None
    prevhash: bytes | None
    body: bytes


def read_entry(event: Event, body: bytes, *, received_at: datetime, topic: str, partition: int, offset: int) -> Entry:
    """`event` is what `shared.events.parse` made of `body`. The searchable copy of its data is made by the database."""
    duty = getattr(event.data, "obligation_id", None)
    return Entry(
        event_id=event.id,
        type=event.type,
        source=event.source,
        subject=event.subject,
        obligation_id=str(duty) if duty else None,
        unit=getattr(event.data, "unit", None),
        period=getattr(event.data, "period", None),
        time=event.time,
        received_at=received_at,
        topic=topic,
        partition=partition,
        offset=offset,
        trace_id=trace_id(event.traceparent),
        sequence=sequence.readable(event.sequence),
        prevhash=bytes.fromhex(event.prevhash) if event.prevhash else None,
        body=body,
    )


def trace_id(traceparent: str | None) -> str | None:
    """The 32 hexadecimal digits of a W3C traceparent (Trace AuditContext, section 3.2.2.3)."""
    parts = traceparent.split("-") if traceparent else []
    return parts[1] if len(parts) >= 4 and len(parts[1]) == 32 else None


def once(entries: Sequence[Entry]) -> list[Entry]:
    """The first of each event id, order kept."""
    seen: dict[str, Entry] = {}
    for entry in entries:
        seen.setdefault(entry.event_id, entry)
    return list(seen.values())
