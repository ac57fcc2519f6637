"""A heartbeat: the source itself says how far it has sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.rules.sources import sequence
from shared.events import Event, SourceHeartbeat

# More than any relay sends, and what it may have sent in the moment before the clock was read.
MOST_A_SECOND, MOST_AT_ONCE = 50_000, 100_000
AHEAD = timedelta(minutes=5)  # of a clock that is a little wrong


@dataclass(frozen=True, slots=True)
class SentUpTo:
    """`sequence` is the last number that was sent, 0 before the first. `hash` is the SHA-256 of that event, or None.
    `time` is the source's own: of what it has signed that cannot be changed."""

    source: str
    sequence: int
    hash: bytes | None
    time: datetime


def read_heartbeat(event: Event) -> SentUpTo | None:
    """None for any other event, and for a number that no relay gives."""
    heartbeat = event.data
    if not isinstance(heartbeat, SourceHeartbeat) or heartbeat.sequence > sequence.LAST:
        return None
    hash_ = bytes.fromhex(heartbeat.hash) if heartbeat.hash else None
    return SentUpTo(event.source, heartbeat.sequence, hash_, event.time)


def is_plausible(heartbeat: SentUpTo, next_sequence: int, since: timedelta | None) -> bool:
    """Whether so many events can have been sent since the source was last heard (None: never, so anything may be)."""
    if since is None:
        return True
    return heartbeat.sequence - next_sequence < MOST_AT_ONCE + MOST_A_SECOND * max(0.0, since.total_seconds())


def is_ahead(time: datetime, now: datetime) -> bool:
    """Whether a source says so of a time that has not come: believed, it would outlive every true word before it."""
    return time - now > AHEAD
