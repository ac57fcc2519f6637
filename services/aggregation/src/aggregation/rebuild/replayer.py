"""Feeding the shadow: first the whole origin, then exactly what the live state rests on and the shadow lacks."""

import asyncio
import time
from collections.abc import Callable, Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.rebuild.faults import CouldNotCompare
from aggregation.rebuild.origin import Origin, Told, signature
from aggregation.rebuild.shadow import SCHEMA
from shared.messaging import Apply, BatchConsumer

SAY_SECONDS = 5.0
LOOK_SECONDS = 0.2
Say = Callable[[str], None]

_IDS = ARRAY(sa.Text)
_AWAIT = sa.text("insert into awaited select unnest(:ids) on conflict do nothing").bindparams(
    sa.bindparam("ids", type_=_IDS)
)
# A letter that was replayed counts as applied, one that is open or discarded as set aside.
_ASIDE = "select event_id from public.dead_letter where event_id is not null and state <> 'replayed'"
_SET_ASIDE = sa.text("select event_id, value from public.dead_letter where state <> 'replayed'")
_LACKING = sa.text(
    f"""
    select event_id from (
      select event_id from public.inbox
      union select event_id from public.dead_letter where event_id is not null and state = 'replayed'
    ) applied
    where event_id not in ({_ASIDE})
      and not exists (select from {SCHEMA}.inbox s where s.event_id = applied.event_id)
    """
)
_UNREADABLE = sa.text(f"select value from {SCHEMA}.dead_letter where event_id is null")
_ARRIVED = sa.text(f"delete from {SCHEMA}.awaited a using public.inbox i where i.event_id = a.event_id")
_AWAITED = sa.text(f"select count(*) from {SCHEMA}.awaited")


async def set_aside(tx: AsyncConnection) -> set[str]:
    """Ids of the events that live could not apply, or not even read, or was told by ops to leave out."""
    rows = await tx.execute(_SET_ASIDE)
    return {id for row in rows if (id := row.event_id or signature(row.value)[0])}


async def lacking(tx: AsyncConnection) -> set[str]:
    """Ids of the events that live has applied, as `tx` sees it, and the shadow has not."""
    return set((await tx.execute(_LACKING)).scalars())


class Follower:
    """`held`: events read and not applied, because live has set them aside or has not come to them yet.

    `unreadable`: events that live has applied and this program cannot even read any more.
    `young`: events since then must be in the live inbox once live has applied them; older ids may be forgotten there.
    """

    def __init__(self, shadow: AsyncEngine, origin: Origin, apply: Apply, *, young: datetime, say: Say) -> None:
        self._shadow = shadow
        self._origin = origin
        self._consumer = BatchConsumer(shadow, "aggregation", apply)
        self._young = young
        self._say = say
        self._held: dict[str, Told] = {}
        self._gone: set[str] = set()
        self.unreadable: set[str] = set()
        self.applied = 0

    async def read_all(self, aside: Collection[str]) -> None:
        """Apply the origin to its end as it is now, without the events that live has set aside."""
        begin = said = time.monotonic()
        more = True
        while more:
            page = await self._origin.read()
            more = page.more
            self._held |= {told.id: told for told in page.events if told.id and told.id in aside}
            await self._apply([told for told in page.events if told.id not in aside])
            if time.monotonic() > said + SAY_SECONDS or not more:
                said = time.monotonic()
                self._say(f"{self.applied:,} events applied, {self.applied / (said - begin):,.0f} a second")

    async def follow(self, wanted: set[str], seconds: float) -> None:
        """Apply the `wanted` events. `CouldNotCompare` when the origin does not tell of them all in time.

        Those that an incomplete origin no longer has are done without.
        """
        async with self._shadow.connect() as tx:
            values = (await tx.execute(_UNREADABLE)).scalars()
            self.unreadable |= wanted & {id for value in values if (id := signature(value)[0])}
        wanted -= self._gone | self.unreadable
        deadline = time.monotonic() + seconds
        while True:
            found = [told for told in self._held.values() if told.id in wanted]
            await self._apply(found)
            for told in found:
                del self._held[told.id or ""]
                wanted.remove(told.id or "")
            if not wanted:
                return
            if time.monotonic() > deadline and not self._origin.complete:
                self._say(f"{len(wanted):,} events that live has applied are gone from the {self._origin.name}")
                self._gone |= wanted
                return
            if time.monotonic() > deadline:
                raise CouldNotCompare(
                    f"live has applied {len(wanted):,} events that the {self._origin.name} does not tell of "
                    f"after {seconds:.0f} s, for instance {min(wanted)}"
                )
            page = await self._origin.read()
            self._held |= {told.id: told for told in page.events if told.id is not None}
            if not page.events:
                await asyncio.sleep(LOOK_SECONDS)

    async def wait_for_live(self, live: AsyncEngine, patience: float) -> int:
        """Until live has applied what the shadow has, or none of it for `patience` seconds. How many it lacks."""
        before, changed = -1, time.monotonic()
        while True:
            async with live.begin() as tx:
                await tx.execute(_ARRIVED)
                left = int(await tx.scalar(_AWAITED) or 0)
            if not left or (left == before and time.monotonic() > changed + patience):
                return left
            if left != before:
                self._say(f"waiting for live to apply {left:,} events")
                before, changed = left, time.monotonic()
            await asyncio.sleep(LOOK_SECONDS)

    async def _apply(self, events: list[Told]) -> None:
        if not events:
            return
        await self._consumer.consume([told.record for told in events])
        self.applied += len(events)
        young = [told.id for told in events if told.id and told.time and told.time > self._young]
        async with self._shadow.begin() as tx:
            await tx.execute(_AWAIT, {"ids": young})
