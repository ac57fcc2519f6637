"""The relay goes on behind what Kafka knows of its source, and sends nothing a second time."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.events import Event
from shared.messaging.relay.relay_cursor import LOCK, RelayCursor, read_cursor
from shared.messaging.restore.relay_check import unknown_to
from shared.messaging.restore.setback import clear_setback
from shared.messaging.restore.source_tail import Sent, sent_events
from shared.messaging.signing.signature_verifier import SignatureVerifier
from shared.settings import ServiceSettings

_LOCK = sa.text("select pg_advisory_xact_lock(:lock)").bindparams(lock=LOCK)
_MOVE = sa.text(
    """
    insert into relay_head (source, sequence, hash) values (:source, :sequence, :hash)
    on conflict (source) do update set sequence = excluded.sequence, hash = excluded.hash, batch = '{}'
    """
)
_LEFT = sa.text("delete from outbox where event_id = any(:ids)").bindparams(sa.bindparam("ids", type_=ARRAY(sa.Text)))


@dataclass(frozen=True, slots=True)
class SentBeyond:
    """`lacking`: how many numbers the database does not know to have been used. `sent`: the events of these that Kafka
    has; `last`: the highest number it has heard of."""

    cursor: RelayCursor
    lacking: int
    last: Sent | None
    sent: tuple[str, ...]

    def unheard(self, own: Iterable[Event]) -> int:
        """How many of the lacking numbers stand in none of the events that Kafka still has."""
        if not self.lacking or self.last is None:
            return 0
        known = self.cursor.sequence + len(self.cursor.batch)
        heard = {int(event.sequence) for event in own if event.sequence}
        return self.lacking - len([number for number in heard if known < number <= self.last.sequence])


async def sent_beyond(settings: ServiceSettings, engine: AsyncEngine) -> SentBeyond:
    """What this service has sent and its database does not know of. Reads its topics from their beginning. Raises
    StartError for keys that are of no use.

    Kafka is compared with what the cursor says afterwards: a relay may send meanwhile, and promises first.
    """
    known = (await _cursor(settings, engine)).sequence
    last: Sent | None = None
    beyond: list[Sent] = []
    async for one in sent_events(settings, SignatureVerifier.of(settings)):
        if last is None or one.sequence > last.sequence:
            last = one
        if one.event_id and one.sequence > known:
            beyond.append(one)
    cursor = await _cursor(settings, engine)
    sent = tuple(one.event_id for one in beyond if one.event_id and one.sequence > cursor.sequence)
    return SentBeyond(cursor, unknown_to(cursor, last), last, sent)


async def _cursor(settings: ServiceSettings, engine: AsyncEngine) -> RelayCursor:
    async with engine.connect() as tx:
        return await read_cursor(tx, f"/{settings.service}")


async def hold_relay(tx: AsyncConnection) -> None:
    """Until `tx` ends nothing leaves the outbox. Waits for what is leaving."""
    await tx.execute(_LOCK)


async def go_on_behind(tx: AsyncConnection, source: str, found: SentBeyond) -> int:
    """Set the cursor behind the last number and forget what has left already; how many rows of the outbox that were. A
    cursor that has come as far meanwhile stays where it is."""
    await hold_relay(tx)
    gone = 0
    if found.last and unknown_to(await read_cursor(tx, source), found.last):
        gone = (await tx.execute(_LEFT, {"ids": list(found.sent)})).rowcount
        await tx.execute(_MOVE, {"source": source, "sequence": found.last.sequence, "hash": found.last.hash})
    await clear_setback(tx, "relay")
    return gone
