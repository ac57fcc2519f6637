"""A report as a person may read it: without what others may not know of a unit (docs/decisions/0028)."""

from dataclasses import replace

from shared.access import EndedUnits, Person
from shared.disclosure import DisclosurePolicy
from submissions.rules.observation import ObservationJson
from submissions.rules.submission import SubmissionRecord


def disclosed(
    policy: DisclosurePolicy, person: Person, submission: SubmissionRecord, answers_for: EndedUnits
) -> SubmissionRecord:
    """With no value in a cell that the person may not read, and then without the hash, from which it could be found.

    Who reads no cell at all reads no words either: they may repeat the figures.
    """
    unit = submission.obligation.unit

    def may_read(element: str) -> bool:
        return policy.may_read(person, unit, element, answers_for)

    if all(may_read(one["measure"]) for one in submission.observations):
        return submission
    shown: list[ObservationJson] = [
        one if may_read(one["measure"]) else _without_value(one) for one in submission.observations
    ]
    kept = replace(submission, observations=shown, warnings=(), content_sha256=None, withheld=True)
    if any(may_read(one["measure"]) for one in submission.observations):
        return kept
    return replace(kept, narrative={}, evidence=(), reason=None)


def _without_value(one: ObservationJson) -> ObservationJson:
    return {
        "measure": one["measure"],
        "value": None,
        "disaggregation": one["disaggregation"],
        "status": one["status"],
        "note": None,
        "suppressed": True,
    }
