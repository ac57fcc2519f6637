"""One finished span, as OpenTelemetry's SDK writes it in JSON."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

NAMING = (
    "tiendo.submission_id",
    "tiendo.obligation_id",
    "tiendo.reminder_id",
    "cloudevents.event_id",
    "messaging.message.id",
)


@dataclass(frozen=True)
class TraceSpan:
    """Ids are lower-case hex without `0x`; times are seconds since 1970. `linked`: reached over a link."""

    trace: str
    id: str
    parent: str | None
    service: str
    name: str
    start: float
    end: float
    failed: bool
    names: frozenset[str]
    links: tuple[tuple[str, str], ...]
    linked: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.trace, self.id

    def as_linked(self) -> "TraceSpan":
        return replace(self, linked=True)


def parse_span(line: bytes | str) -> TraceSpan | None:
    """None when the line is not a span: a process that was killed may leave half a line."""
    try:
        found = json.loads(line)
        context, attributes = found["context"], found.get("attributes") or {}
        trace = _hex(context["trace_id"])
        return TraceSpan(
            trace=trace,
            id=_hex(context["span_id"]),
            parent=_hex(found["parent_id"]) if found.get("parent_id") else None,
            service=str(found.get("resource", {}).get("attributes", {}).get("service.name", "?")),
            name=str(found["name"]),
            start=_seconds(found["start_time"]),
            end=_seconds(found["end_time"]),
            failed=found.get("status", {}).get("status_code") == "ERROR",
            names=frozenset({trace, *_naming(attributes)}),
            links=tuple(
                (_hex(link["context"]["trace_id"]), _hex(link["context"]["span_id"])) for link in found.get("links", [])
            ),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _naming(attributes: dict[str, Any]) -> list[str]:
    values = [attributes[name] for name in NAMING if name in attributes]
    return [str(one).lower() for value in values for one in (value if isinstance(value, list) else [value])]


def _hex(text: str) -> str:
    return text.lower().removeprefix("0x")


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
