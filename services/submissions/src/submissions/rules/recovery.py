"""What of the history of obligations this database lacks, and what it has that was never heard of: by version.

Each change of an obligation is one version, here and in the events: 1 is its opening, then each revision and decision.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.events import ObligationOpened, SubmissionReceived
from shared.events.submission import SubmissionsEvent

MARGIN = timedelta(hours=1)
"""By so much Kafka's clock and the service's may differ."""


@dataclass(frozen=True, slots=True)
class LocalChange:
    """A change as the database has it. `waits`: its event is still in the outbox. `content_sha256` of a revision."""

    obligation_id: UUID
    version: int
    type: str
    submission_id: UUID | None
    at: datetime
    content_sha256: str | None = None
    waits: bool = False

    @property
    def is_revision(self) -> bool:
        return self.type == SubmissionReceived.type


@dataclass(frozen=True)
class Recovery:
    """`lost`: in the log alone. `unpublished`: here alone. `moved`: revisions that were sent to a database that did not
    know of others under their number; they follow on these. `contradicting`: what nobody but a person can solve.
    `gone`: in the log alone, and what stands before it is not to be had. `torn`: of obligations of which the log says
    two things under one version; nothing is done about them."""

    lost: Sequence[SubmissionsEvent] = ()
    unpublished: Sequence[LocalChange] = ()
    moved: Mapping[UUID, Sequence[LocalChange]] = field(default_factory=dict)
    contradicting: Sequence[LocalChange] = ()
    gone: Sequence[SubmissionsEvent] = ()
    torn: Sequence[SubmissionsEvent] = ()

    @property
    def nothing(self) -> bool:
        return not (self.lost or self.unpublished or self.moved or self.for_a_person)

    @property
    def for_a_person(self) -> bool:
        """Whether something is left that no command repairs."""
        return bool(self.contradicting or self.gone or self.torn)


def all_since(times: Collection[datetime], kept_since: datetime, *, whole: bool) -> datetime | None:
    """Since when Kafka has every event that was sent: none is missing that is younger than `kept_since`. None: always.

    Each partition forgets by itself, whole segments at a time: one still has what in another is gone. `whole`: the
    source's first event is there.
    """
    oldest, surely = min(times, default=datetime.max.replace(tzinfo=UTC)), kept_since + MARGIN
    return None if whole and oldest >= surely else max(oldest, surely)


def recover(
    events: Iterable[SubmissionsEvent],
    before: Iterable[LocalChange],
    after: Iterable[LocalChange],
    since: datetime | None,
) -> Recovery:
    """Compare both ways. Events go back to `since`, or to the first one (None). The same may stand there twice.

    `before` and `after` the events were read, the database had these changes. It takes a change before it is sent:
    lost is what is not there afterwards; unpublished what had left the outbox beforehand.
    """
    log: defaultdict[UUID, dict[int, SubmissionsEvent]] = defaultdict(dict)
    here: defaultdict[UUID, dict[int, LocalChange]] = defaultdict(dict)
    torn: defaultdict[UUID, list[SubmissionsEvent]] = defaultdict(list)
    for event in events:
        if log[event.obligation_id].setdefault(event.version, event) != event:
            torn[event.obligation_id].append(event)
    for change in after:
        here[change.obligation_id][change.version] = change
    left = {change for change in before if not change.waits}
    parts = [_of_one(log[one], here[one], left, since) for one in sorted((set(log) | set(here)) - set(torn))]
    return Recovery(
        lost=[event for part in parts for event in part.lost],
        unpublished=[change for part in parts for change in part.unpublished],
        moved={one: changes for part in parts for one, changes in part.moved.items()},
        contradicting=[change for part in parts for change in part.contradicting],
        gone=[event for part in parts for event in part.gone],
        torn=[event for one in sorted(torn) for event in torn[one]],
    )


def _of_one(
    log: Mapping[int, SubmissionsEvent], here: Mapping[int, LocalChange], left: Set[LocalChange], since: datetime | None
) -> Recovery:
    """Of one obligation, by version. `left`: changes whose events were not in the outbox any more."""
    different = [version for version in sorted(here) if version in log and not _same(here[version], log[version])]
    kept = [version for version in here if not different or version < different[0]]
    lost = [version for version in sorted(log) if version not in kept]
    if different:
        beside = [here[version] for version in sorted(here) if version >= different[0]]
        if not all(change.is_revision and change.waits for change in beside):
            return Recovery(contradicting=[here[version] for version in different])
        return Recovery(lost=[log[version] for version in lost], moved={beside[0].obligation_id: beside})
    if lost and lost != list(range(max(kept, default=0) + 1, lost[-1] + 1)):
        return Recovery(gone=[log[version] for version in lost])
    alone = [change for version, change in sorted(here.items()) if version not in log and change in left]
    return Recovery(
        lost=[log[version] for version in lost],
        unpublished=[change for change in alone if since is None or change.at >= since],
    )


def _same(change: LocalChange, event: SubmissionsEvent) -> bool:
    """By what it is, and by the hash of what was reported."""
    if change.type != event.type:
        return False
    if isinstance(event, ObligationOpened):
        return True
    if isinstance(event, SubmissionReceived):
        return (change.submission_id, change.content_sha256) == (event.submission_id, event.content_sha256)
    return change.submission_id == event.submission_id
