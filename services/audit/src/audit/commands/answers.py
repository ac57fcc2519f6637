"""What the commands answer, and what readers get of the same inspections: the JSON of the API."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date

from pydantic_core import to_json

from audit.rules.inspection import State
from audit.rules.inspection_record import FindingRecord, InspectionRecord, InspectionSummary

SUMMARY = tuple(one.name for one in fields(InspectionSummary))


@dataclass(frozen=True, slots=True)
class InspectionItem(InspectionSummary):
    """`withheld`: the words of the inspection itself, or some of them, are not for the reader and say so."""

    state: State
    age_days: int
    withheld: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class FindingItem(FindingRecord):
    """`withheld`: its four parts are not for the reader and say so."""

    withheld: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class InspectionDetail(InspectionItem):
    scope: str
    trace_id: str | None
    confirmed: Sequence[str]
    findings: Sequence[FindingItem]


def inspection_item(record: InspectionRecord, today: date) -> InspectionItem:
    summary = {name: getattr(record, name) for name in SUMMARY}
    return InspectionItem(**summary, state=record.state(today), age_days=record.age_days(today))


def inspection_detail(record: InspectionRecord, findings: Sequence[FindingRecord], today: date) -> InspectionDetail:
    item = asdict(inspection_item(record, today))
    return InspectionDetail(
        **item,
        scope=record.scope,
        trace_id=record.trace_id,
        confirmed=record.confirmed,
        findings=[FindingItem(**asdict(one)) for one in findings],
    )


def body_of(answer: InspectionDetail | FindingRecord) -> bytes:
    """The JSON that is sent and, with an idempotency key, kept."""
    return to_json(answer)
