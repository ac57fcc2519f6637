"""A batch of events folded into what it says about obligations and revisions; order and duplicates do not matter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from aggregation.rules.records import ObligationRecord
from aggregation.rules.reported.gist import Gist
from aggregation.rules.revision import ReportedRevision, merge


@dataclass
class BatchChanges:
    """`touched`: obligation → positions of its events in the batch; `event_ids`: the id at each position."""

    event_ids: list[str] = field(default_factory=list)
    obligations: dict[UUID, ObligationRecord] = field(default_factory=dict)
    revisions: dict[UUID, dict[int, ReportedRevision]] = field(default_factory=dict)
    touched: dict[UUID, list[int]] = field(default_factory=dict)


def fold(gists: Iterable[Gist]) -> BatchChanges:
    batch = BatchChanges()
    for position, (event_id, obligation, revision) in enumerate(gists):
        batch.event_ids.append(event_id)
        if obligation is None:
            continue
        id = obligation.obligation_id
        batch.touched.setdefault(id, []).append(position)
        # Whatever event comes first tells that the obligation exists.
        earlier = batch.obligations.get(id)
        if earlier is None or earlier.due_at is None:
            batch.obligations[id] = obligation
        if revision is not None:
            _add(batch.revisions.setdefault(id, {}), revision)
    return batch


def contradicting(gists: Iterable[Gist], kept: Mapping[tuple[UUID, int], str | None]) -> list[int]:
    """Positions of the events whose content is not the one that is `kept`, by its hash, of the same revision.

    A revision is one report for ever: what is sent again has the same content, and a correction its own number. Of a
    revision that was kept before there were hashes (None) nothing can be said.
    """
    found = []
    for position, (_, obligation, revision) in enumerate(gists):
        if obligation is None or revision is None or revision.content_sha256 is None:
            continue
        sha256 = kept.get((obligation.obligation_id, revision.number))
        if sha256 is not None and sha256 != revision.content_sha256:
            found.append(position)
    return found


def _add(revisions: dict[int, ReportedRevision], revision: ReportedRevision) -> None:
    earlier = revisions.get(revision.number)
    revisions[revision.number] = revision if earlier is None else merge(earlier, revision)
