"""A batch of events folded into what it says about obligations and revisions; order and duplicates do not matter."""

from collections.abc import Iterable
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


def _add(revisions: dict[int, ReportedRevision], revision: ReportedRevision) -> None:
    earlier = revisions.get(revision.number)
    revisions[revision.number] = revision if earlier is None else merge(earlier, revision)
