"""Applying events to the shadow: first the whole origin, then exactly those that live has and the shadow lacks."""

import asyncio
import time
from collections.abc import Callable, Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.rebuild.errors import CouldNotCompare
from aggregation.rebuild.origin import Origin, OriginEvent, signature
from aggregation.rebuild.shadow import SCHEMA
from shared.messaging import Apply, BatchConsumer
from shared.messaging.signing.stranger import PREFIX as STRANGERS

SAY_SECONDS = 5.0
LOOK_SECONDS = 0.2
Say = Callable[[str], None]

_IDS = ARRAY(sa.Text)
INSERT_AWAITED = sa.text("insert into awaited select unnest(:ids) on conflict do nothing").bindparams(
    sa.bindparam("ids", type_=_IDS)
)
# What a stranger wrote may name any id, that of a true event too: only its own letter is set aside.
# A dead letter that was replayed counts as applied; one that is open or discarded counts as set aside.
SET_ASIDE = "select event_id from public.dead_letter where event_id is not null and state <> 'replayed'"
SELECT_SET_ASIDE = sa.text(
    "select event_id, value from public.dead_letter where state <> 'replayed' and not starts_with(reason, :strangers)"
).bindparams(strangers=STRANGERS)
SELECT_LACKING = sa.text(
    f"""
    select event_id from (
      select event_id from public.inbox
      union select event_id from public.dead_letter where event_id is not null and state = 'replayed'
    ) applied
    where event_id not in ({SET_ASIDE})
      and not exists (select from {SCHEMA}.inbox s where s.event_id = applied.event_id)
    """
)
SELECT_UNREADABLE = sa.text(f"select value from {SCHEMA}.dead_letter where event_id is null")
DELETE_ARRIVED = sa.text(f"delete from {SCHEMA}.awaited a using public.inbox i where i.event_id = a.event_id")
COUNT_AWAITED = sa.text(f"select count(*) from {SCHEMA}.awaited")


async def set_aside(tx: AsyncConnection) -> set[str]:
    """Ids of the events that live could not apply or not even read, and of those that ops discarded."""
    rows = await tx.execute(SELECT_SET_ASIDE)
    return {id for row in rows if (id := row.event_id or signature(row.value)[0])}


async def lacking(tx: AsyncConnection) -> set[str]:
    """Ids of the events that live has applied, as `tx` sees it, and the shadow has not."""
    return set((await tx.execute(SELECT_LACKING)).scalars())


class Replayer:
    """`held`: events read and not applied, because live has set them aside or has not come to them yet.

    `unreadable`: events that live has applied and this program cannot even read any more.
    `recent_since`: later events must be in the live inbox once live has applied them; it may have forgotten older ids.
    """

    def __init__(self, shadow: AsyncEngine, origin: Origin, apply: Apply, *, recent_since: datetime, say: Say) -> None:
        self._shadow = shadow
        self._origin = origin
        self._consumer = BatchConsumer(shadow, "aggregation", apply)
        self._recent_since = recent_since
        self._say = say
        self._held: dict[str, OriginEvent] = {}
        self._gone: set[str] = set()
        self.unreadable: set[str] = set()
        self.applied = 0

    async def read_all(self, set_aside_ids: Collection[str]) -> None:
        """Apply the origin to its end as it is now, without the events that live has set aside."""
        begin = reported_at = time.monotonic()
        more = True
        while more:
            page = await self._origin.read()
            more = page.more
            self._held |= {event.id: event for event in page.events if event.id and event.id in set_aside_ids}
            await self._apply([event for event in page.events if event.id not in set_aside_ids])
            if time.monotonic() > reported_at + SAY_SECONDS or not more:
                reported_at = time.monotonic()
                self._say(f"{self.applied:,} events applied, {self.applied / (reported_at - begin):,.0f} a second")

    async def follow(self, missing: set[str], seconds: float) -> None:
        """Apply the `missing` events. Raises `CouldNotCompare` when the origin does not have them all in time.

        Goes on without those that an incomplete origin no longer has.
        """
        await self._read_unreadable(missing)
        missing -= self._gone | self.unreadable
        deadline = time.monotonic() + seconds
        while missing := missing - await self._apply_held(missing):
            if time.monotonic() > deadline:
                self._give_up(missing, seconds)
                return
            page = await self._origin.read()
            self._held |= {event.id: event for event in page.events if event.id is not None}
            if not page.events:
                await asyncio.sleep(LOOK_SECONDS)

    async def _read_unreadable(self, missing: set[str]) -> None:
        async with self._shadow.connect() as tx:
            values = (await tx.execute(SELECT_UNREADABLE)).scalars()
            self.unreadable |= missing & {id for value in values if (id := signature(value)[0])}

    async def _apply_held(self, missing: set[str]) -> set[str]:
        """Apply what is held of the missing events; their ids."""
        held = {id: event for id, event in self._held.items() if id in missing}
        await self._apply(list(held.values()))
        for id in held:
            del self._held[id]
        return set(held)

    def _give_up(self, missing: set[str], seconds: float) -> None:
        """To be gone is no fault where the origin never had all; a complete one must have them."""
        if self._origin.complete:
            raise CouldNotCompare(
                f"live has applied {len(missing):,} events that the {self._origin.name} does not tell of "
                f"after {seconds:.0f} s, for instance {min(missing)}"
            )
        self._say(f"{len(missing):,} events that live has applied are gone from the {self._origin.name}")
        self._gone |= missing

    async def wait_for_live(self, live: AsyncEngine, patience: float) -> int:
        """Until live has applied what the shadow has, or has applied nothing for `patience` seconds.

        Returns how many events live still lacks.
        """
        before, changed = -1, time.monotonic()
        while True:
            async with live.begin() as tx:
                await tx.execute(DELETE_ARRIVED)
                waiting = int(await tx.scalar(COUNT_AWAITED) or 0)
            if not waiting or (waiting == before and time.monotonic() > changed + patience):
                return waiting
            if waiting != before:
                self._say(f"waiting for live to apply {waiting:,} events")
                before, changed = waiting, time.monotonic()
            await asyncio.sleep(LOOK_SECONDS)

    async def _apply(self, events: list[OriginEvent]) -> None:
        if not events:
            return
        await self._consumer.consume([event.record for event in events])
        self.applied += len(events)
        recent = [event.id for event in events if event.id and event.time and event.time > self._recent_since]
        async with self._shadow.begin() as tx:
            await tx.execute(INSERT_AWAITED, {"ids": recent})
