"""Bodies of requests and answers. Decimals are strings; instants are UTC."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)

from shared.events import Status
from submissions.commands.answers import _only
from submissions.http.parse import read_report
from submissions.rules.form import FormRules
from submissions.rules.obligation import is_late
from submissions.rules.submission import Report

Value = Annotated[
    str | int | float | None,
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}),
]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ObservationBody(Body):
    measure: str = Field(description="a data element of the form, such as n_live_births_male")
    value: Value = None
    disaggregation: dict[str, str] = Field(default_factory=dict, max_length=8)
    status: Status = "final"
    note: str | None = None


class SubmissionBody(Body):
    observations: list[ObservationBody]
    narrative: dict[str, str] = Field(default_factory=dict)
    evidence: list[str] = Field(default_factory=list, description="document numbers or addresses")
    reason: str | None = Field(None, description="why the revision before is corrected; required from revision 2 on")

    _raw: dict[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def as_sent(cls, raw: Any, handler: ModelWrapValidatorHandler["SubmissionBody"]) -> "SubmissionBody":
        """The fields only document: `read_report` checks them beside the figures, so that one answer tells all."""
        if not isinstance(raw, dict):
            return handler(raw)
        body = SubmissionBody.model_construct(observations=[])
        body._raw = raw
        return body

    def report(self, *, illustrative: bool) -> Report:
        return read_report(self._raw, illustrative=illustrative)


class OpeningBody(Body):
    period: str = Field(description="2026 opens the yearly forms, 2026-Q3 the quarterly ones")


class DecisionBody(Body):
    decision: Literal["accept", "return"]
    reason: str | None = Field(None, description="required to return")


class WithdrawalBody(Body):
    reason: str


class ObligationItem(BaseModel):
    id: UUID
    obligation: str
    unit: str
    form: str
    period: str
    due_at: datetime
    state: str
    revision: int


class ObligationList(BaseModel):
    items: list[ObligationItem]
    next: str | None


class Label(BaseModel):
    vi: str
    en: str


class FieldItem(BaseModel):
    measure: str
    disaggregation: dict[str, str]
    kind: str
    required: bool
    may_be_not_applicable: bool
    label: Label
    unit: Label


class NarrativeItem(BaseModel):
    code: str
    required: bool
    label: Label


class ObligationDetail(ObligationItem):
    version: int
    opened_at: datetime
    title: Label
    fields: list[FieldItem]
    narrative: list[NarrativeItem]


class SubmissionItem(BaseModel):
    id: UUID
    obligation_id: UUID
    obligation: str
    form: str
    unit: str
    period: str
    revision: int
    latest: bool
    state: str
    received_at: datetime
    late: bool
    content_sha256: str
    trace_id: str
    illustrative: bool


class SubmissionList(BaseModel):
    items: list[SubmissionItem]
    next: str | None


class SubmissionDetail(SubmissionItem):
    warnings: list[dict[str, str]]
    observations: list[dict[str, Any]]
    narrative: dict[str, str]
    evidence: list[str]
    reason: str | None
    submitted_role: str
    submitted_unit: str
    reviews: list["ReviewItem"]


class ReviewItem(BaseModel):
    act: str
    reason: str | None
    decided_at: datetime
    role: str
    unit: str


def obligation_item(row: Mapping[str, Any]) -> ObligationItem:
    return ObligationItem(**_only(ObligationItem, row))


def obligation_detail(row: Mapping[str, Any], rules: FormRules) -> ObligationDetail:
    fields = [
        FieldItem(
            measure=f.element.id,
            disaggregation=dict(f.disaggregation),
            kind=f.element.kind,
            required=f.required,
            may_be_not_applicable=f.element.may_be_not_applicable,
            label=Label(**rules.label(f.cell)._asdict()),
            unit=Label(**f.element.unit._asdict()),
        )
        for f in rules.fields
    ]
    parts = [NarrativeItem(code=p.code, required=p.required, label=Label(**p.title._asdict())) for p in rules.narrative]
    told = _only(ObligationDetail, row)
    return ObligationDetail(**told, title=Label(**rules.title._asdict()), fields=fields, narrative=parts)


def submission_item(row: Mapping[str, Any]) -> SubmissionItem:
    return SubmissionItem(**_only(SubmissionItem, row), **_derived(row))


def submission_detail(row: Mapping[str, Any], reviews: Sequence[Mapping[str, Any]]) -> SubmissionDetail:
    told = [ReviewItem(**_only(ReviewItem, r)) for r in reviews]
    return SubmissionDetail(**_only(SubmissionDetail, row), **_derived(row), reviews=told)


def _derived(row: Mapping[str, Any]) -> dict[str, bool]:
    return {
        "latest": row["revision"] == row["latest_revision"],
        "late": is_late(row["received_at"], row["due_at"]),
    }
