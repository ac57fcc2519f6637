"""One line of the log: an event as it stood in Kafka, with what is needed to find it again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """`body` are the exact bytes and the evidence; the rest is copied out of them, or says where they came from."""

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
    body: bytes
    data: str


def read_entry(body: bytes, *, time: datetime, received_at: datetime, topic: str, partition: int, offset: int) -> Entry:
    """`body` is a CloudEvent that `shared.events.parse` has accepted; `time` is its parsed time."""
    event: dict[str, Any] = json.loads(body)
    data: dict[str, Any] = event["data"]
    return Entry(
        event_id=event["id"],
        type=event["type"],
        source=event["source"],
        subject=event["subject"],
        obligation_id=_text(data, "obligation_id"),
        unit=_text(data, "unit"),
        period=_text(data, "period"),
        time=time,
        received_at=received_at,
        topic=topic,
        partition=partition,
        offset=offset,
        trace_id=trace_id(event.get("traceparent")),
        body=body,
        data=json.dumps(data, ensure_ascii=False, separators=(",", ":")),
    )


def _text(data: dict[str, Any], name: str) -> str | None:
    value = data.get(name)
    return value if isinstance(value, str) else None


def trace_id(traceparent: object) -> str | None:
    """The 32 hexadecimal digits of a W3C traceparent (Trace Context, section 3.2.2.3)."""
    parts = traceparent.split("-") if isinstance(traceparent, str) else []
    return parts[1] if len(parts) >= 4 and len(parts[1]) == 32 else None


def once(entries: Sequence[Entry]) -> list[Entry]:
    """The first of each event id, order kept."""
    seen: dict[str, Entry] = {}
    for entry in entries:
        seen.setdefault(entry.event_id, entry)
    return list(seen.values())
