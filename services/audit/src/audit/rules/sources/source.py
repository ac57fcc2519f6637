"""A source: a service that numbers its events, and what can be wrong with the events that arrived."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

# missing: numbers that have not arrived; forked: one number, two events; unchained: not the hash of the event before;
# went_back: sent according to an earlier heartbeat, and unknown to a later one.
Kind = Literal["missing", "forked", "unchained", "went_back"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class SourceState:
    """`sequence` is the highest number in the log, `announced` the last number that the source says it sent.

    `missing` counts the events of its open gaps, `unnumbered` the events in the log that no relay numbered.
    """

    source: str
    sequence: int | None
    announced: int | None
    unnumbered: int
    last_event_at: datetime | None
    last_heartbeat_at: datetime | None
    missing: int

    @property
    def heard_at(self) -> datetime | None:
        """The last heartbeat; for a source that never sent one, its last event."""
        return self.last_heartbeat_at or self.last_event_at

    def is_silent(self, now: datetime, after: timedelta) -> bool:
        """Whether nothing was heard of the source for longer than `after`."""
        return self.heard_at is None or now - self.heard_at > after


@dataclass(frozen=True, slots=True)
class GapRecord:
    """`first` to `last`: of an open gap the numbers still missing, of a closed gap all that were."""

    source: str
    kind: Kind
    first: int
    last: int
    opened_at: datetime
    closed_at: datetime | None
