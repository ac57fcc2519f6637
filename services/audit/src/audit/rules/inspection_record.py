"""An inspection and a finding as they are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from audit.rules.finding import MAX_FINDINGS, Finding
from audit.rules.inspection import InspectionFacts, State, state_of
from audit.rules.texts import fault
from shared.text import Fault


@dataclass(frozen=True, slots=True)
class FindingRecord(Finding):
    """`position` counts 1, 2, 3 … within the inspection."""

    id: UUID
    position: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class InspectionSummary(InspectionFacts):
    """What a list shows. `number` is the order of logging. `by_severity` counts the findings, each severity named."""

    id: UUID
    number: int
    logged_at: datetime
    by_severity: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class InspectionRecord(InspectionSummary):
    scope: str
    trace_id: str | None
    confirmed: Sequence[str]

    @property
    def is_concluded(self) -> bool:
        return self.signed_on is not None

    def state(self, today: date) -> State:
        return state_of(self.started_on, self.ended_on, self.signed_on, today)

    def age_days(self, today: date) -> int:
        """Days since it started, 0 before."""
        return max(0, (today - self.started_on).days)


def check_new_finding(started_on: date, findings: int, today: date) -> list[Fault]:
    """Why an inspection with so many `findings` can take no other one. `today` is the day in Vietnam."""
    faults = []
    if started_on > today:
        faults.append(fault("findings-before-start", ""))
    if findings >= MAX_FINDINGS:
        faults.append(fault("too-many-findings", "", count=findings, limit=MAX_FINDINGS))
    return faults
