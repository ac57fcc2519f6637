"""A source as its relay makes it."""

from datetime import timedelta
from uuid import uuid4

from services.audit.tests.sample_events import THEN, received
from shared.events import (
    Event,
    SourceHeartbeat,
)
from shared.messaging.relay.chain import GENESIS, number

SOURCE = "/submissions"


class Producer:
    """A source as its relay makes it: `send(n)` are the next n events, numbered and chained."""

    def __init__(self, source: str = SOURCE) -> None:
        self.source = source
        self.sequence, self.hash = 0, GENESIS
        self.beats = 0

    def send(self, count: int) -> list[bytes]:
        return [self._next() for _ in range(count)]

    def _next(self) -> bytes:
        event = received(uuid4()).model_copy(update={"source": self.source})
        made = number(event.to_bytes(), self.sequence + 1, self.hash)
        self.sequence, self.hash = made.sequence, made.hash
        return made.body

    def heartbeat(
        self, sequence: int | None = None, hash: str | None = None, *, ahead: timedelta = timedelta()
    ) -> bytes:
        """Each a second after the one before, on a clock that is `ahead`."""
        self.beats += 1
        data = SourceHeartbeat(
            sequence=self.sequence if sequence is None else sequence, hash=hash or self.hash, pending=0
        )
        time = THEN + timedelta(seconds=self.beats) + ahead
        made = Event.of(data, source=self.source, subject=self.source, time=time, catalogue_version="0" * 64)
        return made.to_bytes()
