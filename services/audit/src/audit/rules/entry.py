"""An entry of the log: an event as it stood in Kafka, with the fields that a search needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from audit.rules.sources import sequence
from shared.events import DATA_TYPES, Event, SourceHeartbeat

# A heartbeat comes every few seconds, and the next one says all that it says. So the log does not keep it.
LOGGED_TYPES = tuple(name for name in DATA_TYPES if name != SourceHeartbeat.type)

# The data of an event that may be of any version and of any producer: nothing is sure of its members.
EventFields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An event as it will stand in the log. `body` holds the exact bytes, which are the evidence.

    `signature` is the record's header of that name, by which anybody can verify the body later; None where nobody
    signed. The other fields are copies out of the body, or say where it was read. `sequence` is None for an event that
    no relay numbered: the log keeps it, but it belongs to no chain.
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
    signature: bytes | None = None


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry as a list shows it. `data` is the copy of the event's data, a JSON object that any producer made."""

    index: int
    event_id: str
    type: str
    source: str
    subject: str
    time: datetime
    data: EventFields


@dataclass(frozen=True, slots=True)
class StoredEntry(ListedEntry):
    """An entry of the log with all its fields."""

    obligation_id: str | None
    unit: str | None
    period: str | None
    received_at: datetime
    topic: str
    partition: int
    offset: int
    trace_id: str | None
    body: bytes

    @property
    def sha256(self) -> str:
        """Of the exact bytes, in hexadecimal digits."""
        return sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class EntryBody:
    """The exact bytes of the entry at `index`, and the header that they came with; None where nobody signed them."""

    index: int
    body: bytes
    signature: bytes | None


def read_entry(
    event: Event,
    body: bytes,
    *,
    received_at: datetime,
    topic: str,
    partition: int,
    offset: int,
    signature: bytes | None = None,
) -> LogEntry:
    """`event` is `shared.events.parse(body)`. The database makes the copy of the data that a search uses."""
    obligation_id = getattr(event.data, "obligation_id", None)
    return LogEntry(
        event_id=event.id,
        type=event.type,
        source=event.source,
        subject=event.subject,
        obligation_id=str(obligation_id) if obligation_id else None,
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
        signature=signature,
    )


def trace_id(traceparent: str | None) -> str | None:
    """The 32 hexadecimal digits of a W3C traceparent (Trace Context, section 3.2.2.3)."""
    parts = traceparent.split("-") if traceparent else []
    return parts[1] if len(parts) >= 4 and len(parts[1]) == 32 else None


def once(entries: Sequence[LogEntry]) -> list[LogEntry]:
    """The first entry of each event id, in the same order."""
    seen: dict[str, LogEntry] = {}
    for entry in entries:
        seen.setdefault(entry.event_id, entry)
    return list(seen.values())
