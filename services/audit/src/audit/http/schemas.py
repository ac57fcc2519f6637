"""What the API answers, and what it takes, as OpenAPI shows it. What a command answers stands in `commands.answers`.

The rules read the requests (`inspection.py`, `finding.py`, `search.py`) and name all faults at once.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from audit.commands.answers import InspectionItem
from audit.rules.entry import ListedEntry, StoredEntry
from audit.rules.finding import MAX_FINDINGS, PART_LIMIT, PARTS, SEVERITIES
from audit.rules.inspection import DOCUMENT_LIMIT, KINDS, SCOPE_LIMIT
from audit.rules.sources.source import GapRecord, Kind, SourceState
from shared.text.personal_data import CONFIRMATION


class EntryItem(BaseModel):
    index: int
    id: str
    type: str
    source: str
    subject: str
    time: datetime
    data: dict[str, Any]

    @classmethod
    def of(cls, entry: ListedEntry, data: Mapping[str, Any]) -> "EntryItem":
        """`data`: what its reader may see of the entry's."""
        return cls(
            index=entry.index,
            id=entry.event_id,
            type=entry.type,
            source=entry.source,
            subject=entry.subject,
            time=entry.time,
            data=dict(data),
        )


class EntryList(BaseModel):
    items: list[EntryItem]
    next: str | None


class EntryDetail(EntryItem):
    """`sha256` is that of the exact bytes, which `GET events/{id}/raw` answers; null for who may not read them."""

    obligation_id: str | None
    unit: str | None
    period: str | None
    received_at: datetime
    topic: str
    partition: int
    offset: int
    trace_id: str | None
    sha256: str | None

    @classmethod
    def of_stored(cls, entry: StoredEntry, data: Mapping[str, Any], *, exact: bool) -> "EntryDetail":
        return cls(
            **dict(EntryItem.of(entry, data)),
            obligation_id=entry.obligation_id,
            unit=entry.unit,
            period=entry.period,
            received_at=entry.received_at,
            topic=entry.topic,
            partition=entry.partition,
            offset=entry.offset,
            trace_id=entry.trace_id,
            sha256=entry.sha256 if exact else None,
        )


class GapItem(BaseModel):
    """`first` to `last`: of an open gap the numbers still missing, of a closed gap all that were."""

    kind: Kind
    first: int
    last: int
    opened_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, gap: GapRecord) -> "GapItem":
        return cls(kind=gap.kind, first=gap.first, last=gap.last, opened_at=gap.opened_at, closed_at=gap.closed_at)


class SourceItem(BaseModel):
    """`sequence` is the highest number in the log, `announced` the last that the source says it sent, if it said.

    `missing` counts the events of its open gaps, `unnumbered` those in the log that no relay numbered.
    """

    source: str
    sequence: int | None
    announced: int | None
    last_event_at: datetime | None
    last_heartbeat_at: datetime | None
    missing: int
    unnumbered: int
    silent: bool
    gaps: list[GapItem]

    @classmethod
    def of(cls, state: SourceState, gaps: list[GapItem], *, silent: bool) -> "SourceItem":
        return cls(**asdict(state), silent=silent, gaps=gaps)


class SourceList(BaseModel):
    items: list[SourceItem]
    next: str | None


class InspectionList(BaseModel):
    items: list[InspectionItem]
    next: str | None


def _text(limit: int, *, least: int = 1) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": limit}


CONFIRMED_IN: dict[str, Any] = {
    "type": "array",
    "items": {"enum": [CONFIRMATION]},
    "description": "what the texts look like and the writer has looked at again",
}
FINDING_IN: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": [*PARTS, "severity"],
    "properties": {
        "measure": {"type": ["string", "null"], "description": "code of a measure of the plan, such as 4.1 or 3.2a"},
        **{part: _text(PART_LIMIT) for part in PARTS},
        "severity": {"enum": list(SEVERITIES)},
    },
}
INSPECTION_IN: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["unit", "period", "kind", "obligation", "started_on", "scope"],
    "properties": {
        "unit": {"type": "string", "description": "the unit inspected, a key of the catalogue"},
        "period": {"type": "string", "examples": ["2026", "2026-Q3"]},
        "kind": {"enum": list(KINDS)},
        "obligation": {"type": "string", "description": "code of the plan's obligation to inspect, such as O12"},
        "basis_document": {**_text(DOCUMENT_LIMIT, least=0), "description": "empty while there is none"},
        "document_number": {**_text(DOCUMENT_LIMIT, least=0), "description": "of the signed conclusion"},
        "signed_on": {
            "type": ["string", "null"],
            "format": "date",
            "description": "with document_number, or not at all",
        },
        "started_on": {"type": "string", "format": "date"},
        "ended_on": {"type": ["string", "null"], "format": "date"},
        "scope": _text(SCOPE_LIMIT),
        "findings": {"type": "array", "maxItems": MAX_FINDINGS, "items": FINDING_IN},
        "confirmed": CONFIRMED_IN,
    },
}
FINDING_ALONE_IN = FINDING_IN | {"properties": {**FINDING_IN["properties"], "confirmed": CONFIRMED_IN}}


def request_body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
