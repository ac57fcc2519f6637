"""Before anything is sent: has this source sent more than its database knows of?

A relay that went on would send numbers again that the log has with other bytes.
"""

from collections.abc import Callable

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.messaging.relay.relay_cursor import RelayCursor, read_cursor
from shared.messaging.restore.setback import clear_setback, keep_setback
from shared.messaging.restore.source_tail import Sent
from shared.messaging.restore.tail_walk import TailWalk
from shared.messaging.signing.signature_verifier import SignatureVerifier
from shared.settings import ServiceSettings

log = structlog.get_logger()


class RelayCheck:
    """`unsure` at the start, and whenever the database was away: it may be another one. `moved` hears that a long look
    goes on."""

    def __init__(
        self, settings: ServiceSettings, engine: AsyncEngine, moved: Callable[[], None] = lambda: None
    ) -> None:
        """Raises StartError for keys that are of no use."""
        self._settings = settings
        self._engine = engine
        self._tail = TailWalk(settings, SignatureVerifier.of(settings), moved)
        self._source = f"/{settings.service}"
        self._told = False
        self.unsure = settings.kafka_idempotent  # a broker that keeps nothing knows of nothing

    def doubt(self) -> None:
        self.unsure = self._settings.kafka_idempotent

    async def went_back(self) -> str | None:
        """Why nothing may be sent; None, and sure, when it may."""
        async with self._engine.connect() as connection:
            reached = (await read_cursor(connection, self._source)).reaches
        tail = await self._tail.last(reached)
        async with self._engine.begin() as tx:
            cursor = await read_cursor(tx, self._source)
            if cursor.reaches < reached:
                raise ConnectionError("the database was exchanged while Kafka was read")
            lacking = unknown_to(cursor, tail)
            if tail is None or not lacking:
                self._tail.forget()
                await clear_setback(tx, "relay")
                self.unsure, self._told = False, False
                return None
            detail = (
                f"this database is older than what {self._source} has sent: Kafka knows number {tail.sequence}, the "
                f"database {cursor.sequence}. A restored backup? Nothing is sent until it is healed"
            )
            await keep_setback(tx, "relay", lacking, detail)
        if not self._told:
            log.critical("source.went_back", detail=detail)
            self._told = True
        return detail


def unknown_to(cursor: RelayCursor, tail: Sent | None) -> int:
    """How many events left of which the cursor knows nothing. A promised batch may have left: it leaves again with the
    same bytes."""
    return 0 if tail is None else max(0, tail.sequence - cursor.reaches)
