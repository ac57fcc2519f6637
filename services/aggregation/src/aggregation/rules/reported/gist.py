"""The gist of a submission event: what it says about an obligation and a revision, by itself."""

from typing import NamedTuple, assert_never

from aggregation.rules import observation
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import ObligationRecord
from aggregation.rules.revision import ReportedRevision, State
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


class Gist(NamedTuple):
    """`obligation` is None where an event is about none, `revision` where it is about the obligation alone."""

    event_id: str
    obligation: ObligationRecord | None = None
    revision: ReportedRevision | None = None


def gist_of(plan: PlanIndex, event: Event) -> Gist:
    """Raises `UnknownWord` for a form or a unit that the catalogue does not have, `ImpossibleFigure`."""
    data = event.data
    if not isinstance(data, SubmissionsEvent):
        return Gist(event.id)
    plan.layout(data.form)
    plan.path(data.unit)
    due_at = data.due_at if isinstance(data, ObligationOpened | SubmissionReceived) else None
    obligation = ObligationRecord(data.obligation_id, data.obligation, data.form, data.unit, data.period, due_at)
    return Gist(event.id, obligation, _revision(plan, data))


def _revision(plan: PlanIndex, data: SubmissionsEvent) -> ReportedRevision | None:
    match data:
        case ObligationOpened():
            return None
        case SubmissionReceived():
            _check_possible(plan, data)
            content = observation.written(data.observations)
            return ReportedRevision(
                data.revision,
                "received",
                data.version,
                data.submission_id,
                content,
                data.illustrative,
                content_sha256=data.content_sha256,
            )
        case SubmissionAccepted():
            return _decided(data, "accepted", was_accepted=True)
        case SubmissionReturned():
            return _decided(data, "returned")
        case SubmissionWithdrawn():
            return _decided(data, "withdrawn")
        case _:
            assert_never(data)


def _decided(data: SubmissionDecided, state: State, *, was_accepted: bool = False) -> ReportedRevision:
    return ReportedRevision(data.revision, state, data.version, data.submission_id, was_accepted=was_accepted)


def _check_possible(plan: PlanIndex, data: SubmissionReceived) -> None:
    """Of elements that the catalogue has; that the form asks for an element is seen when its facts are made."""
    elements = plan.catalogue.elements
    for o in data.observations:
        value = o.value
        if (value is not None) != (o.status in WITH_VALUE):
            raise ImpossibleFigure(f"{o.measure} is {o.status} with the value {value}")
        element = elements.get(o.measure)
        if element and value is not None and (wrong := misfit(element.kind, value)):
            raise ImpossibleFigure(f"{o.measure} of {value}: {wrong}, and it is a {element.kind}")
