"""The life of a revision after it was sent: who may decide what, in which state.

submitted → accepted | returned | withdrawn; accepted → returned. A returned or withdrawn revision is final; the answer
to it is a new revision. Only the latest revision can change (docs/domain.md 3.5: nobody edits a sent report).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never
from uuid import UUID

from shared.disclosure import withheld_words
from submissions.rules.obligation import State

Act = Literal["accept", "return", "withdraw"]

NEXT: dict[tuple[State, Act], State] = {
    ("submitted", "accept"): "accepted",
    ("submitted", "return"): "returned",
    ("submitted", "withdraw"): "withdrawn",
    ("accepted", "return"): "returned",
}


@dataclass(frozen=True)
class Review:
    """One decision about a revision: what, why, when and by whom. `confirmed`: what the reason looked like.

    `decided_by` is the person's subject; None in decisions of before December 2026.
    """

    id: UUID
    submission_id: UUID
    act: Act
    reason: str | None
    decided_at: datetime
    role: str
    unit: str
    trace_id: str
    confirmed: Sequence[str] = ()
    decided_by: str | None = None


def without_reasons(reviews: Sequence[Review]) -> list[Review]:
    """For who may not read the words about the report: a reason repeats its figures, and those of the register."""
    return [replace(one, reason=withheld_words()) if one.reason else one for one in reviews]


@dataclass(frozen=True)
class Refusal:
    """Why an act is not possible: `not_latest`, or the state that forbids it."""

    code: Literal["not_latest", "already_accepted", "already_returned", "already_withdrawn"]


def next_state(state: State, revision: int, latest: int, act: Act) -> State | Refusal:
    """The state the revision gets, or why it cannot."""
    if revision != latest:
        return Refusal("not_latest")
    after = NEXT.get((state, act))
    if after is not None:
        return after
    match state:
        case "accepted":
            return Refusal("already_accepted")
        case "returned":
            return Refusal("already_returned")
        case "withdrawn":
            return Refusal("already_withdrawn")
        case "open" | "submitted":
            raise ValueError(f"no revision that is {state} refuses the act {act}")
        case _:
            assert_never(state)


def possible_acts(state: State) -> list[Act]:
    """What can be decided about the latest revision in this state, by anybody."""
    return [act for (before, act) in NEXT if before == state]
