"""What has happened to an obligation, change by change. Its version counts them: opening it was the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from submissions.rules.review import Act, Review
from submissions.rules.submission import PastRevision


@dataclass(frozen=True)
class Change:
    """A revision that was sent, or what was decided about it. `version` is the obligation's after it."""

    version: int
    submission: PastRevision
    review: Review | None = None

    @property
    def word(self) -> Literal["sent"] | Act:
        return self.review.act if self.review else "sent"

    @property
    def at(self) -> datetime:
        return self.review.decided_at if self.review else self.submission.received_at

    @property
    def role(self) -> str:
        return self.review.role if self.review else self.submission.submitted_role

    @property
    def unit(self) -> str:
        return self.review.unit if self.review else self.submission.submitted_unit

    @property
    def reason(self) -> str | None:
        return self.review.reason if self.review else self.submission.reason


def changes_of(revisions: Sequence[PastRevision], reviews: Sequence[Review]) -> list[Change]:
    """The oldest first. Only the latest revision is decided about, so decisions stand between two revisions.

    `revisions` in any order, `reviews` in the order taken.
    """
    acts: list[tuple[PastRevision, Review | None]] = []
    for revision in sorted(revisions, key=lambda one: one.revision):
        acts.append((revision, None))
        acts += [(revision, review) for review in reviews if review.submission_id == revision.id]
    return [Change(number, revision, review) for number, (revision, review) in enumerate(acts, start=2)]


def version_after(changes: Sequence[Change]) -> int:
    """The obligation's version when these were all its changes."""
    return changes[-1].version if changes else 1


def changes_since(changes: Sequence[Change], version: int) -> list[Change]:
    return [change for change in changes if change.version > version]


def revision_at(changes: Sequence[Change], version: int) -> PastRevision | None:
    """The latest revision at that version; None before the first."""
    sent = [change.submission for change in changes if change.version <= version]
    return sent[-1] if sent else None


def read_version(text: object) -> int:
    """The hidden field `version` of a page; 0, which no obligation has, for what no page of ours has given."""
    known = isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 9  # an int4
    return int(text) if known and isinstance(text, str) else 0
