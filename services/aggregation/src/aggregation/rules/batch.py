"""A batch of events folded into what it says about obligations and revisions; order and duplicates do not matter."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import assert_never
from uuid import UUID

from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import ObligationRecord
from aggregation.rules.revision import ReportedObservation, Revision, State, merge
from shared.catalogue import disaggregation_key
from shared.catalogue.element import misfit
from shared.events import (
    WITH_VALUE,
    Event,
    ObligationOpened,
    SubmissionAccepted,
    SubmissionDecided,
    SubmissionReceived,
    SubmissionReturned,
    SubmissionsEvent,
    SubmissionWithdrawn,
)


class ImpossibleFigure(ValueError):
    """An event with a figure that no intake takes: half a person, a flag of 7, a number marked missing. A dead letter,
    or every page with a sum of it would be wrong."""


@dataclass
class BatchChanges:
    """`touched`: obligation → positions of its events in the batch; `event_ids`: the id at each position."""

    event_ids: list[str] = field(default_factory=list)
    obligations: dict[UUID, ObligationRecord] = field(default_factory=dict)
    revisions: dict[UUID, dict[int, Revision]] = field(default_factory=dict)
    touched: dict[UUID, list[int]] = field(default_factory=dict)


def fold(plan: PlanIndex, events: Iterable[Event]) -> BatchChanges:
    """Raises `UnknownWord` for a form or a unit that the catalogue does not have, `ImpossibleFigure`."""
    batch = BatchChanges()
    for position, event in enumerate(events):
        batch.event_ids.append(event.id)
        if isinstance(event.data, SubmissionsEvent):
            _open(plan, batch, event.data, position)
            _add(batch, event.data, _revision(plan, event.data))
    return batch


def _revision(plan: PlanIndex, data: SubmissionsEvent) -> Revision | None:
    """What an event says about a revision; None when it is about the obligation alone."""
    match data:
        case ObligationOpened():
            return None
        case SubmissionReceived():
            content = tuple(_possible(plan, data))
            return Revision(data.revision, "received", data.version, data.submission_id, content, data.illustrative)
        case SubmissionAccepted():
            return _decided(data, "accepted")._replace(was_accepted=True)
        case SubmissionReturned():
            return _decided(data, "returned")
        case SubmissionWithdrawn():
            return _decided(data, "withdrawn")
        case _:
            assert_never(data)


def _decided(data: SubmissionDecided, state: State) -> Revision:
    return Revision(data.revision, state, data.version, data.submission_id)


def _open(plan: PlanIndex, batch: BatchChanges, data: SubmissionsEvent, position: int) -> None:
    """Whatever event comes first tells that the obligation exists."""
    plan.layout(data.form)
    plan.path(data.unit)
    due_at = data.due_at if isinstance(data, ObligationOpened | SubmissionReceived) else None
    earlier = batch.obligations.get(data.obligation_id)
    if earlier is None or earlier.due_at is None:
        batch.obligations[data.obligation_id] = ObligationRecord(
            data.obligation_id, data.obligation, data.form, data.unit, data.period, due_at
        )
    batch.touched.setdefault(data.obligation_id, []).append(position)


def _possible(plan: PlanIndex, data: SubmissionReceived) -> Iterator[ReportedObservation]:
    """Of elements that the catalogue has; that the form asks for an element is seen when its facts are made."""
    elements = plan.catalogue.elements
    for o in data.observations:
        measure, value, status = o.measure, o.value, o.status
        if (value is not None) != (status in WITH_VALUE):
            raise ImpossibleFigure(f"{measure} is {status} with the value {value}")
        element = elements.get(measure)
        if element and value is not None and (wrong := misfit(element.kind, value)):
            raise ImpossibleFigure(f"{measure} of {value}: {wrong}, and it is a {element.kind}")
        key = disaggregation_key(o.disaggregation)
        yield ReportedObservation(measure, key, value, status, o.implausible)


def _add(batch: BatchChanges, data: SubmissionsEvent, revision: Revision | None) -> None:
    if revision is not None:
        revisions = batch.revisions.setdefault(data.obligation_id, {})
        earlier = revisions.get(revision.number)
        revisions[revision.number] = revision if earlier is None else merge(earlier, revision)
