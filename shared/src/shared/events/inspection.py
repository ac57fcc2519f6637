"""`inspections.v1`: inspections and their findings."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.events import topics
from shared.events.data import ActEvent, Code, Count


class InspectionLogged(ActEvent):
    topic: ClassVar[str] = topics.INSPECTIONS
    sources: ClassVar[tuple[str, ...]] = ("/audit",)
    type: ClassVar[str] = "vn.tiendo.inspection.logged.v1"
    inspection_id: UUID
    obligation: Code
    unit: Code
    period: Code
    kind: Code
    started_on: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    findings: Count
    by_severity: dict[Code, int]
    logged_at: datetime


class FindingRecorded(ActEvent):
    topic: ClassVar[str] = topics.INSPECTIONS
    sources: ClassVar[tuple[str, ...]] = ("/audit",)
    type: ClassVar[str] = "vn.tiendo.finding.recorded.v1"
    inspection_id: UUID
    finding_id: UUID
    unit: Code
    period: Code
    measure: Code | None = None
    severity: Code
