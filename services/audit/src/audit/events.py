"""The events that this service publishes.

They carry counts and codes only: what an inspector wrote stays in this database.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.rules.finding import Finding, by_severity
from audit.rules.inspection import Inspection
from shared.events import ActingFields, Event, EventData, FindingRecorded, InspectionLogged

SOURCE = "/audit"


@dataclass(frozen=True, slots=True)
class InspectionEvents:
    """Makes the events of one inspection at one instant. `unit` is the unit inspected, `author` who acts."""

    inspection_id: UUID
    unit: str
    period: str
    at: datetime
    catalogue_version: str
    author: ActingFields

    def logged(self, inspection: Inspection) -> Event:
        return self._event(
            InspectionLogged(
                inspection_id=self.inspection_id,
                obligation=inspection.obligation,
                unit=self.unit,
                period=self.period,
                kind=inspection.kind,
                started_on=inspection.started_on.isoformat(),
                findings=len(inspection.findings),
                by_severity=by_severity(inspection.findings),
                logged_at=self.at,
                **self.author,
            )
        )

    def finding_recorded(self, finding_id: UUID, finding: Finding) -> Event:
        return self._event(
            FindingRecorded(
                inspection_id=self.inspection_id,
                finding_id=finding_id,
                unit=self.unit,
                period=self.period,
                measure=finding.measure,
                severity=finding.severity,
                **self.author,
            )
        )

    def _event(self, data: EventData) -> Event:
        return Event.of(
            data,
            source=SOURCE,
            subject=str(self.inspection_id),
            time=self.at,
            catalogue_version=self.catalogue_version,
        )
