"""Which revision of an answer counts, whatever the order in which its events arrived."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal, NamedTuple
from uuid import UUID

from shared.events import Status

Basis = Literal["received", "accepted"]
State = Literal["received", "accepted", "returned", "withdrawn"]
BASES: tuple[Basis, ...] = ("received", "accepted")


class ReportedObservation(NamedTuple):
    """One answered field."""

    element: str
    disaggregation: str
    value: Decimal | None
    status: Status
    implausible: bool = False


class Revision(NamedTuple):
    """Revision `number` of one obligation. `observations` is None while only its decision has arrived.

    `was_accepted`: it was accepted at some time, whatever became of it: it then replaced every earlier one.
    """

    number: int
    state: State
    version: int
    submission_id: UUID | None = None
    observations: tuple[ReportedObservation, ...] | None = None
    illustrative: bool = False
    was_accepted: bool = False

    @property
    def accepted(self) -> bool:
        """A coordinator has looked at it and accepted it: what was marked in it is in doubt no longer."""
        return self.state == "accepted"


def merge(stored: Revision, incoming: Revision) -> Revision:
    """What two events say about one revision: the higher `version` gives the state, either one gives the content.

    That it was accepted once is kept, in whatever order the events arrive.
    """
    latest = incoming if incoming.version > stored.version else stored
    content = stored if stored.observations is not None else incoming
    return latest._replace(
        submission_id=stored.submission_id or incoming.submission_id,
        observations=content.observations,
        illustrative=content.illustrative,
        was_accepted=stored.was_accepted or incoming.was_accepted,
    )


def counting(revisions: Iterable[Revision]) -> Mapping[Basis, Revision | None]:
    """The revision that stands in the totals on each basis, or None when the unit is out of them.

    `received`: the latest one, unless it is returned or withdrawn; superseded revisions do not come back.
    `accepted`: the latest one that was ever accepted, if it still is; what it replaced does not come back either.
    (docs/design.md 5.3; docs/domain.md 3.5: a returned report drops out.)
    """
    ordered = sorted(revisions, key=lambda revision: revision.number)
    latest = ordered[-1] if ordered else None
    accepted = next((r for r in reversed(ordered) if r.was_accepted), None)
    accepted = accepted if accepted and accepted.state == "accepted" else None
    received = latest if latest and latest.state in ("received", "accepted") else None
    return {"received": with_content(received), "accepted": with_content(accepted)}


def with_content(revision: Revision | None) -> Revision | None:
    """A revision of which only a decision is known cannot be counted yet; its content is on the way."""
    return revision if revision and revision.observations is not None else None
