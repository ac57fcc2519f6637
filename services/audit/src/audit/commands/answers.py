"""What the commands answer, and what readers get of the same inspections: the JSON of the API."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from audit.rules.inspection import State
from audit.rules.inspection_record import FindingRecord, InspectionRecord


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


class InspectionDetail(InspectionItem):
    scope: str
    trace_id: str | None
    findings: list[FindingItem]


def finding_item(record: FindingRecord) -> FindingItem:
    return FindingItem(**asdict(record))


def inspection_item(record: InspectionRecord, today: date) -> InspectionItem:
    return InspectionItem(**_only(InspectionItem, record, today))


def inspection_detail(record: InspectionRecord, findings: Sequence[FindingRecord], today: date) -> InspectionDetail:
    items = [finding_item(finding) for finding in findings]
    return InspectionDetail(**_only(InspectionDetail, record, today), findings=items)


def _only(model: type[InspectionItem], record: InspectionRecord, today: date) -> dict[str, Any]:
    """The fields of the model, but not the findings."""
    values = asdict(record) | {"state": record.state(today), "age_days": record.age_days(today)}
    return {name: value for name, value in values.items() if name in model.model_fields}
