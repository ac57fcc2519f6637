"""What the API answers, and what it takes, as OpenAPI shows it.

Requests are read by the rules themselves (`inspection.py`, `finding.py`, `search.py`), which name all faults at once.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import RowMapping

from audit.rules.finding import MAX_FINDINGS, PART_LIMIT, PARTS, SEVERITIES
from audit.rules.inspection import DOCUMENT_LIMIT, KINDS, OBLIGATIONS, SCOPE_LIMIT, State
from audit.rules.source import Kind


class EntryItem(BaseModel):
    index: int
    id: str
    type: str
    source: str
    subject: str
    time: datetime
    data: dict[str, Any]

    @classmethod
    def of(cls, row: RowMapping) -> "EntryItem":
        return cls(id=row["event_id"], **{name: row[name] for name in cls.model_fields if name != "id"})


class EntryList(BaseModel):
    items: list[EntryItem]
    next: str | None


class EntryDetail(EntryItem):
    """`sha256` is that of the exact bytes, which `GET events/{id}/raw` answers."""

    obligation_id: str | None
    unit: str | None
    period: str | None
    received_at: datetime
    topic: str
    partition: int
    offset: int
    trace_id: str | None
    sha256: str


class GapItem(BaseModel):
    """`first` to `last`: of an open gap what is still missing, of a closed one all that was."""

    kind: Kind
    first: int
    last: int
    opened_at: datetime
    closed_at: datetime | None


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


class SourceList(BaseModel):
    items: list[SourceItem]
    next: str | None


class FindingItem(BaseModel):
    id: UUID
    position: int
    measure: str | None
    criteria: str
    condition: str
    cause: str
    effect: str
    severity: str
    recorded_at: datetime


class InspectionItem(BaseModel):
    id: UUID
    number: int
    unit: str
    period: str
    kind: str
    obligation: str
    basis_document: str
    document_number: str
    signed_on: date | None
    started_on: date
    ended_on: date | None
    state: State
    age_days: int
    by_severity: dict[str, int]
    logged_at: datetime


class InspectionList(BaseModel):
    items: list[InspectionItem]
    next: str | None


class InspectionDetail(InspectionItem):
    scope: str
    trace_id: str | None
    findings: list[FindingItem]


def _text(limit: int, *, least: int = 1) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": limit}


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
        "obligation": {"enum": list(OBLIGATIONS)},
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
    },
}


def request_body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
