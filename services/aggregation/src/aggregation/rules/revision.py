"""Which revision of an answer counts, whatever the order in which its events arrived."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple
from uuid import UUID

from aggregation.rules.observation import ReportedObservation

Basis = Literal["received", "accepted"]
State = Literal["received", "accepted", "returned", "withdrawn"]
BASES: tuple[Basis, ...] = ("received", "accepted")


class ReportedRevision(NamedTuple):
    """What events say about revision `number` of one obligation.

    `content`: its observations as they are kept (`observation.written`), None while only its decision has arrived;
    `content_sha256`: of the whole report, its words included.
    `was_accepted`: it was accepted at some time, whatever became of it: it then replaced every earlier one.
    """

    number: int
    state: State
    version: int
    submission_id: UUID | None = None
    content: str | None = None
    illustrative: bool = False
    was_accepted: bool = False
    content_sha256: str | None = None


class Revision(NamedTuple):
    """A revision as it stands: what is kept of a `ReportedRevision`, with its content read."""

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


def merge(earlier: ReportedRevision, incoming: ReportedRevision) -> ReportedRevision:
    """What two events say about one revision: the higher `version` gives the state, either one gives the content.

    That it was accepted once is kept, in whatever order the events arrive. Of two contents the first one stays; that
    the other one contradicts it is told apart (`contradicting`).
    """
    latest = incoming if incoming.version > earlier.version else earlier
    with_content = earlier if earlier.content is not None else incoming
    return latest._replace(
        submission_id=earlier.submission_id or incoming.submission_id,
        content=with_content.content,
        illustrative=with_content.illustrative,
        was_accepted=earlier.was_accepted or incoming.was_accepted,
        content_sha256=with_content.content_sha256,
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
    return {"received": _with_content(received), "accepted": _with_content(accepted)}


def _with_content(revision: Revision | None) -> Revision | None:
    """A revision of which only a decision is known cannot be counted yet; its content is on the way."""
    return revision if revision and revision.observations is not None else None
