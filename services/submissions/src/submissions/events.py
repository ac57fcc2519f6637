"""The five events of this service. Counts and codes only: reasons, notes and narratives stay in this database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.events import (
    Event,
    EventData,
    ObligationOpened,
    ObservationValue,
    SubmissionAccepted,
    SubmissionDecided,
    SubmissionReceived,
    SubmissionReturned,
    SubmissionWithdrawn,
)
from submissions.rules.observation import Observation
from submissions.rules.review import Act

SOURCE = "/submissions"
DECIDED: dict[Act, type[SubmissionDecided]] = {
    "accept": SubmissionAccepted,
    "return": SubmissionReturned,
    "withdraw": SubmissionWithdrawn,
}
DUTY = ("obligation", "form", "unit", "period")


def opened(duty: Mapping[str, Any], at: datetime, catalogue_version: str) -> Event:
    names = {name: duty[name] for name in DUTY}
    data = ObligationOpened(obligation_id=duty["id"], due_at=duty["due_at"], version=1, **names)
    return _event(data, duty["id"], at, catalogue_version)


def received(
    duty: Mapping[str, Any],
    submission: Mapping[str, Any],
    observations: Sequence[Observation],
    version: int,
    catalogue_version: str,
) -> Event:
    """`duty` is the obligation's row, `submission` the new revision's."""
    data = SubmissionReceived(
        obligation_id=duty["id"],
        submission_id=submission["id"],
        revision=submission["revision"],
        version=version,
        received_at=submission["received_at"],
        due_at=duty["due_at"],
        content_sha256=submission["content_sha256"],
        illustrative=submission["illustrative"],
        observations=[
            ObservationValue(measure=o.measure, value=o.value, disaggregation=dict(o.disaggregation), status=o.status)
            for o in observations
        ],
        **{name: duty[name] for name in DUTY},
    )
    return _event(data, duty["id"], submission["received_at"], catalogue_version)


def decided(act: Act, row: Mapping[str, Any], version: int, at: datetime, catalogue_version: str) -> Event:
    """`row` is the submission's, joined with its obligation."""
    data = DECIDED[act](
        obligation_id=row["obligation_id"],
        submission_id=row["id"],
        revision=row["revision"],
        version=version,
        decided_at=at,
        **{name: row[name] for name in DUTY},
    )
    return _event(data, row["obligation_id"], at, catalogue_version)


def _event(data: EventData, obligation_id: UUID, at: datetime, catalogue_version: str) -> Event:
    return Event.of(data, source=SOURCE, subject=str(obligation_id), time=at, catalogue_version=catalogue_version)
