"""A batch of events folded into what it says about obligations and revisions; order and duplicates do not matter."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID

from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Duty
from aggregation.rules.revision import Observation, Revision, State, merge
from shared.catalogue import disaggregation_key
from shared.events import (
    Event,
    ObligationOpened,
    SubmissionAccepted,
    SubmissionDecided,
    SubmissionReceived,
    SubmissionReturned,
    SubmissionsEvent,
    SubmissionWithdrawn,
)


@dataclass
class News:
    """`touched`: obligation → positions of its events in the batch."""

    duties: dict[UUID, Duty] = field(default_factory=dict)
    revisions: dict[UUID, dict[int, Revision]] = field(default_factory=dict)
    touched: dict[UUID, list[int]] = field(default_factory=dict)


def fold(plan: PlanIndex, events: Iterable[Event]) -> News:
    """Raises `UnknownWord` for a form or a unit that the catalogue does not have."""
    news = News()
    for position, event in enumerate(events):
        if isinstance(event.data, SubmissionsEvent):
            _open(plan, news, event.data, position)
            _add(news, event.data, _revision(event.data))
    return news


def _revision(data: SubmissionsEvent) -> Revision | None:
    """What an event says of a revision; None when it only tells of the obligation."""
    match data:
        case ObligationOpened():
            return None
        case SubmissionReceived():
            content = tuple(
                Observation(o.measure, disaggregation_key(o.disaggregation), o.value, o.status)
                for o in data.observations
            )
            return Revision(data.revision, "received", data.version, data.submission_id, content, data.illustrative)
        case SubmissionAccepted():
            return replace(_decided(data, "accepted"), was_accepted=True)
        case SubmissionReturned():
            return _decided(data, "returned")
        case SubmissionWithdrawn():
            return _decided(data, "withdrawn")
        case _:
            assert_never(data)


def _decided(data: SubmissionDecided, state: State) -> Revision:
    return Revision(data.revision, state, data.version, data.submission_id)


def _open(plan: PlanIndex, news: News, data: SubmissionsEvent, position: int) -> None:
    """Whatever event comes first tells that the obligation exists."""
    plan.layout(data.form)
    plan.path(data.unit)
    due_at = data.due_at if isinstance(data, ObligationOpened | SubmissionReceived) else None
    known = news.duties.get(data.obligation_id)
    if known is None or known.due_at is None:
        news.duties[data.obligation_id] = Duty(
            data.obligation_id, data.obligation, data.form, data.unit, data.period, due_at
        )
    news.touched.setdefault(data.obligation_id, []).append(position)


def _add(news: News, data: SubmissionsEvent, revision: Revision | None) -> None:
    if revision is not None:
        known = news.revisions.setdefault(data.obligation_id, {})
        earlier = known.get(revision.number)
        known[revision.number] = revision if earlier is None else merge(earlier, revision)
