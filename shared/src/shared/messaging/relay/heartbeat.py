"""What a source says of itself: how far its events have left, so that a lost tail or a dead producer shows."""

import time
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import Clock
from shared.events import Event, SourceHeartbeat
from shared.messaging.relay.relay_cursor import read_cursor
from shared.settings import ServiceSettings

HEARTBEAT_SECONDS = 10.0

COUNTED_AT_MOST = 100_000

_PENDING = sa.text("select count(*) from (select from outbox limit :most) as counted").bindparams(most=COUNTED_AT_MOST)


class Heartbeat:
    """A beat every `seconds`, the first one at once. One that failed waits for its next turn: events go first."""

    def __init__(self, settings: ServiceSettings, catalogue_version: str, seconds: float = HEARTBEAT_SECONDS) -> None:
        self._source = f"/{settings.service}"
        self._schemas = settings.schemas
        self._clock = Clock(timedelta(seconds=settings.clock_offset_seconds))
        self._catalogue_version = catalogue_version
        self._seconds = seconds
        self._due_at = time.monotonic()

    @property
    def due(self) -> bool:
        return time.monotonic() >= self._due_at

    def beaten(self) -> None:
        self._due_at = time.monotonic() + self._seconds

    async def event(self, tx: AsyncConnection) -> Event:
        """The beat of this moment. `tx` must hold the relay's lock: then nothing is on its way to Kafka."""
        cursor = await read_cursor(tx, self._source)
        data = SourceHeartbeat(
            sequence=cursor.sequence,
            hash=cursor.hash if cursor.sequence else None,
            pending=await tx.scalar(_PENDING) or 0,
        )
        return Event.of(
            data,
            source=self._source,
            subject=self._source,
            time=self._clock.now(),
            catalogue_version=self._catalogue_version,
            schemas=self._schemas,
        )
