"""A source's own word on how far it has sent."""

from dataclasses import dataclass

from audit.rules import sequence
from shared.events import Event, SourceHeartbeat


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """`sequence` is the last number that was sent, 0 before the first; `hash` the SHA-256 of that event, if told."""

    source: str
    sequence: int
    hash: bytes | None


def read_heartbeat(event: Event) -> Heartbeat | None:
    """None for any other event, and for a number that no relay gives."""
    told = event.data
    if not isinstance(told, SourceHeartbeat) or told.sequence > sequence.LAST:
        return None
    return Heartbeat(event.source, told.sequence, bytes.fromhex(told.hash) if told.hash else None)
