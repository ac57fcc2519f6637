"""A revision that was taken, as it is kept. Only its state ever changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from shared.access import EndedUnits, Person
from shared.disclosure import DisclosurePolicy, withheld_words
from submissions.rules.obligation import ReportingObligation, State, is_late
from submissions.rules.observation import ObservationJson


class WarningJson(TypedDict):
    """A warning as it is kept: the words of the day it was given, in both languages."""

    pointer: str
    code: str
    vi: str
    en: str


@dataclass(frozen=True)
class SubmissionRecord:
    """A revision with its obligation. `withheld`: without what its reader may not see (`disclosed`).

    `submitted_by` is the person's subject, which is shown to nobody; None in revisions of before December 2026.
    """

    id: UUID
    revision: int
    state: State
    observations: Sequence[ObservationJson]
    narrative: Mapping[str, str]
    evidence: Sequence[str]
    reason: str | None
    content_sha256: str | None
    warnings: Sequence[WarningJson]
    received_at: datetime
    submitted_role: str
    submitted_unit: str
    trace_id: str
    illustrative: bool
    obligation: ReportingObligation
    withheld: bool = False
    submitted_by: str | None = None

    @property
    def latest(self) -> bool:
        return self.revision == self.obligation.revision

    @property
    def late(self) -> bool:
        return is_late(self.received_at, self.obligation.due_at)


@dataclass(frozen=True, slots=True)
class PastRevision:
    """A revision in the history of its obligation. What was sent with it is read when somebody looks at it: a unit may
    have sent a thousand."""

    id: UUID
    revision: int
    state: State
    reason: str | None
    received_at: datetime
    submitted_role: str
    submitted_unit: str
    illustrative: bool


@dataclass(frozen=True)
class LockedSubmission:
    """What a decision needs of a revision, while nobody else can change it or its obligation."""

    id: UUID
    revision: int
    state: State
    submitted_by: str | None
    obligation: ReportingObligation
    submitted_pseudonym: str | None = None

    def is_of(self, person: Person) -> bool:
        """Whether this person sent it. Of a revision that was put back only the pseudonym is known."""
        if self.submitted_by is None:
            return self.submitted_pseudonym is not None and self.submitted_pseudonym == person.pseudonym
        return self.submitted_by == person.subject


def without_corrections(revisions: Sequence[PastRevision]) -> list[PastRevision]:
    """For who may not read the unit's words."""
    return [replace(one, reason=withheld_words()) if one.reason else one for one in revisions]


def disclosed(
    policy: DisclosurePolicy, person: Person, submission: SubmissionRecord, answers_for: EndedUnits
) -> SubmissionRecord:
    """With no value in a cell that the person may not read, and then without the hash, from which it could be found,
    and without the unit's words, which may repeat it."""
    unit, form = submission.obligation.unit, submission.obligation.form
    elements = {*policy.of_form(form), *(one["measure"] for one in submission.observations)}
    if policy.may_read_words(person, unit, elements, answers_for):
        return submission

    def may_read(element: str) -> bool:
        return policy.may_read(person, unit, element, answers_for)

    shown: list[ObservationJson] = [
        one if may_read(one["measure"]) else _without_value(one) for one in submission.observations
    ]
    return replace(
        submission,
        observations=shown,
        warnings=(),
        narrative={},
        evidence=(),
        reason=None,
        content_sha256=None,
        withheld=True,
    )


def _without_value(one: ObservationJson) -> ObservationJson:
    return {
        "measure": one["measure"],
        "value": None,
        "disaggregation": one["disaggregation"],
        "status": one["status"],
        "note": None,
        "suppressed": True,
    }
