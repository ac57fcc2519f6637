"""What the commands answer, and what readers get of the same inspections: the JSON of the API."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date

from pydantic_core import to_json

from audit.rules.inspection import State
from audit.rules.inspection_record import FindingRecord, InspectionRecord, InspectionSummary

SUMMARY = tuple(field.name for field in fields(InspectionSummary))


@dataclass(frozen=True, slots=True)
class InspectionItem(InspectionSummary):
    state: State
    age_days: int


@dataclass(frozen=True, slots=True)
class InspectionDetail(InspectionItem):
    scope: str
    trace_id: str | None
    confirmed: Sequence[str]
    findings: Sequence[FindingRecord]


def inspection_item(record: InspectionRecord, today: date) -> InspectionItem:
    summary = {name: getattr(record, name) for name in SUMMARY}
    return InspectionItem(**summary, state=record.state(today), age_days=record.age_days(today))


def inspection_detail(record: InspectionRecord, findings: Sequence[FindingRecord], today: date) -> InspectionDetail:
    item = asdict(inspection_item(record, today))
    return InspectionDetail(
        **item, scope=record.scope, trace_id=record.trace_id, confirmed=record.confirmed, findings=findings
    )


def body_of(answer: InspectionDetail | FindingRecord) -> bytes:
    """The JSON that is sent and, with an idempotency key, kept."""
    return to_json(answer)
