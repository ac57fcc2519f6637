"""A batch of events folded into what it says about obligations and revisions; order and duplicates do not matter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import Duty
from aggregation.rules.revision import Observation, Revision, State, merge
from shared.catalogue import disaggregation_key
from shared.events import (
    Event,
    EventData,
    ObligationOpened,
    SubmissionAccepted,
    SubmissionReceived,
    SubmissionReturned,
    SubmissionWithdrawn,
)

DECISIONS: Mapping[type[EventData], State] = {
    SubmissionAccepted: "accepted",
    SubmissionReturned: "returned",
    SubmissionWithdrawn: "withdrawn",
}


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
        data = event.data
        if isinstance(data, ObligationOpened):
            _open(plan, news, data, position)
        elif isinstance(data, SubmissionReceived):
            _open(plan, news, data, position)
            content = tuple(
                Observation(o.measure, disaggregation_key(o.disaggregation), o.value, o.status)
                for o in data.observations
            )
            _add(news, data, Revision(
                data.revision, "received", data.version, data.submission_id, content, data.illustrative
            ))  # fmt: skip
        elif isinstance(data, SubmissionAccepted | SubmissionReturned | SubmissionWithdrawn):
            _open(plan, news, data, position)
            state = DECISIONS[type(data)]
            accepted = state == "accepted"
            _add(news, data, Revision(
                data.revision, state, data.version, data.submission_id, was_accepted=accepted
            ))  # fmt: skip
    return news


Known = ObligationOpened | SubmissionReceived | SubmissionAccepted | SubmissionReturned | SubmissionWithdrawn


def _open(plan: PlanIndex, news: News, data: Known, position: int) -> None:
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


def _add(news: News, data: Known, revision: Revision) -> None:
    known = news.revisions.setdefault(data.obligation_id, {})
    earlier = known.get(revision.number)
    known[revision.number] = revision if earlier is None else merge(earlier, revision)
