"""What the API answers. Decimals are strings; instants are UTC."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from shared.text import Text
from submissions.rules.form import FormField, FormRules
from submissions.rules.obligation import ReportingObligation
from submissions.rules.review import Review
from submissions.rules.submission import SubmissionRecord


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


class LabelItem(BaseModel):
    vi: str
    en: str


class FieldItem(BaseModel):
    measure: str
    disaggregation: dict[str, str]
    kind: str
    required: bool
    may_be_not_applicable: bool
    label: LabelItem
    unit: LabelItem


class NarrativeItem(BaseModel):
    code: str
    required: bool
    label: LabelItem


class ObligationDetail(ObligationItem):
    version: int
    opened_at: datetime
    title: LabelItem
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
    content_sha256: str | None
    trace_id: str
    illustrative: bool


class SubmissionList(BaseModel):
    items: list[SubmissionItem]
    next: str | None


class SubmissionDetail(SubmissionItem):
    """`withheld`: the reader may not see some of it (docs/decisions/0028): values are null, words left out."""

    withheld: bool
    warnings: list[dict[str, str]]
    observations: list[dict[str, Any]]
    narrative: dict[str, str]
    evidence: list[str]
    reason: str | None
    submitted_role: str
    submitted_unit: str
    reviews: list["ReviewItem"]


class ReviewItem(BaseModel):
    """`withheld`: `reason` says that it is not for its reader."""

    act: str
    reason: str | None
    decided_at: datetime
    role: str
    unit: str
    confirmed: list[str]
    withheld: bool = False


def obligation_item(obligation: ReportingObligation) -> ObligationItem:
    return ObligationItem(
        id=obligation.id,
        obligation=obligation.obligation,
        unit=obligation.unit,
        form=obligation.form,
        period=obligation.period,
        due_at=obligation.due_at,
        state=obligation.state,
        revision=obligation.revision,
    )


def obligation_detail(obligation: ReportingObligation, rules: FormRules) -> ObligationDetail:
    parts = [NarrativeItem(code=p.code, required=p.required, label=_label(p.title)) for p in rules.narrative]
    return ObligationDetail(
        **dict(obligation_item(obligation)),
        version=obligation.version,
        opened_at=obligation.opened_at,
        title=_label(rules.title),
        fields=[_field_item(field, rules) for field in rules.fields],
        narrative=parts,
    )


def submission_item(submission: SubmissionRecord) -> SubmissionItem:
    obligation = submission.obligation
    return SubmissionItem(
        id=submission.id,
        obligation_id=obligation.id,
        obligation=obligation.obligation,
        form=obligation.form,
        unit=obligation.unit,
        period=obligation.period,
        revision=submission.revision,
        latest=submission.latest,
        state=submission.state,
        received_at=submission.received_at,
        late=submission.late,
        content_sha256=submission.content_sha256,
        trace_id=submission.trace_id,
        illustrative=submission.illustrative,
    )


def submission_detail(submission: SubmissionRecord, reviews: Sequence[Review]) -> SubmissionDetail:
    return SubmissionDetail(
        **dict(submission_item(submission)),
        withheld=submission.withheld,
        warnings=[dict(warning) for warning in submission.warnings],
        observations=[dict(observation) for observation in submission.observations],
        narrative=dict(submission.narrative),
        evidence=list(submission.evidence),
        reason=submission.reason,
        submitted_role=submission.submitted_role,
        submitted_unit=submission.submitted_unit,
        reviews=[
            ReviewItem(
                act=r.act,
                reason=r.reason,
                decided_at=r.decided_at,
                role=r.role,
                unit=r.unit,
                confirmed=list(r.confirmed),
                withheld=submission.withheld and r.reason is not None,
            )
            for r in reviews
        ],
    )


def _field_item(field: FormField, rules: FormRules) -> FieldItem:
    return FieldItem(
        measure=field.element.id,
        disaggregation=dict(field.disaggregation),
        kind=field.element.kind,
        required=field.required,
        may_be_not_applicable=field.element.may_be_not_applicable,
        label=_label(rules.label(field.cell)),
        unit=_label(field.element.unit),
    )


def _label(text: Text) -> LabelItem:
    return LabelItem(vi=text.vi, en=text.en)
