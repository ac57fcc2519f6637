"""The five events of this service. Counts and codes only: reasons, notes and narratives stay in this database."""

from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from shared.events import (
    ActingFields,
    Event,
    ObligationOpened,
    ObservationValue,
    SubmissionAccepted,
    SubmissionDecided,
    SubmissionReceived,
    SubmissionReturned,
    SubmissionWithdrawn,
    acting,
)
from submissions.rules.obligation import ReportingObligation
from submissions.rules.review import Act, Review
from submissions.rules.revision import NewRevision
from submissions.rules.submission import LockedSubmission

SOURCE = "/submissions"
DECIDED: dict[Act, type[SubmissionDecided]] = {
    "accept": SubmissionAccepted,
    "return": SubmissionReturned,
    "withdraw": SubmissionWithdrawn,
}


class OwedFields(TypedDict):
    """What every event says about its obligation."""

    obligation_id: UUID
    obligation: str
    form: str
    unit: str
    period: str


def opened(obligation: ReportingObligation, catalogue_version: str, opener: ActingFields) -> Event:
    """`opener` is who opened the period."""
    data = ObligationOpened(due_at=obligation.due_at, version=obligation.version, **_owed(obligation), **opener)
    return _event(data, obligation.opened_at, catalogue_version)


def received(
    obligation: ReportingObligation, revision: NewRevision, version: int, catalogue_version: str, sender: ActingFields
) -> Event:
    """`version` is the obligation's after the revision was kept."""
    received_at = revision.arrival.received_at
    data = SubmissionReceived(
        submission_id=revision.arrival.id,
        revision=revision.revision,
        version=version,
        received_at=received_at,
        due_at=obligation.due_at,
        content_sha256=revision.content.sha256,
        illustrative=revision.illustrative,
        observations=[
            ObservationValue(
                measure=o.measure,
                value=o.value,
                disaggregation=dict(o.disaggregation),
                status=o.status,
                implausible=o.implausible,
            )
            for o in revision.observations
        ],
        **_owed(obligation),
        **sender,
    )
    return _event(data, received_at, catalogue_version)


def received_again(row: Any, catalogue_version: str, version: int, pseudonym: str | None) -> Event:
    """Of a submission's row with its obligation's (`o_…`), for an event that was lost. `pseudonym`: of who sent it."""
    data = SubmissionReceived(
        submission_id=row.id,
        revision=row.revision,
        version=version,
        received_at=row.received_at,
        due_at=row.o_due_at,
        content_sha256=row.content_sha256,
        illustrative=row.illustrative,
        observations=[
            ObservationValue(
                measure=one["measure"],
                value=one["value"],
                disaggregation=one["disaggregation"],
                status=one["status"],
                implausible=one.get("implausible", False),
            )
            for one in row.observations
        ],
        obligation_id=row.obligation_id,
        obligation=row.o_obligation,
        form=row.o_form,
        unit=row.o_unit,
        period=row.o_period,
        **acting(row.submitted_role, row.submitted_unit, pseudonym),
    )
    return _event(data, row.received_at, catalogue_version)


def decided(
    review: Review, submission: LockedSubmission, version: int, catalogue_version: str, decider: ActingFields
) -> Event:
    """`version` is the obligation's after the decision was kept."""
    data = DECIDED[review.act](
        submission_id=submission.id,
        revision=submission.revision,
        version=version,
        decided_at=review.decided_at,
        **_owed(submission.obligation),
        **decider,
    )
    return _event(data, review.decided_at, catalogue_version)


def _owed(obligation: ReportingObligation) -> OwedFields:
    return {
        "obligation_id": obligation.id,
        "obligation": obligation.obligation,
        "form": obligation.form,
        "unit": obligation.unit,
        "period": obligation.period,
    }


def _event(data: ObligationOpened | SubmissionReceived | SubmissionDecided, at: datetime, version: str) -> Event:
    return Event.of(data, source=SOURCE, subject=str(data.obligation_id), time=at, catalogue_version=version)
