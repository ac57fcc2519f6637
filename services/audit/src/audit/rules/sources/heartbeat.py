"""A heartbeat: the source itself says how far it has sent."""

from dataclasses import dataclass

from audit.rules.sources import sequence
from shared.events import Event, SourceHeartbeat


@dataclass(frozen=True, slots=True)
class SentUpTo:
    """`sequence` is the last number that was sent, 0 before the first. `hash` is the SHA-256 of that event, or None."""

    source: str
    sequence: int
    hash: bytes | None


def read_heartbeat(event: Event) -> SentUpTo | None:
    """None for any other event, and for a number that no relay gives."""
    heartbeat = event.data
    if not isinstance(heartbeat, SourceHeartbeat) or heartbeat.sequence > sequence.LAST:
        return None
    return SentUpTo(event.source, heartbeat.sequence, bytes.fromhex(heartbeat.hash) if heartbeat.hash else None)
