"""Rebuilds in a test: an origin in memory, the engine of the shadow, rows that were tampered with."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.commands.aggregate import Aggregator
from aggregation.rebuild.origin import Name, Origin, OriginEvent, Page
from aggregation.rebuild.run import Rebuild, RebuildOptions, Result
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from services.aggregation.tests.drivers.event_writer import record_of
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.events import Event
from shared.messaging import BatchConsumer
from tests.support.databases import owner, owner_url


class Log:
    """An origin in memory that may grow while it is read."""

    name: Name = "log"
    complete = True

    def __init__(self, events: list[Event], page: int = 300) -> None:
        self.events = events
        self.page = page
        self._read = 0

    async def read(self) -> Page:
        unread = self.events[self._read : self._read + self.page]
        page_events = [OriginEvent(e.id, e.time, record_of(e, self._read + n)) for n, e in enumerate(unread)]
        self._read += len(unread)
        return Page(page_events, self._read < len(self.events))


def shadow_engine(live: AsyncEngine) -> AsyncEngine:
    return owning_engine(live, "shadow")


def owning_engine(live: AsyncEngine, schema: str = "public") -> AsyncEngine:
    """Who rebuilds comes as the owner of the tables."""
    url = owner_url(live.url.render_as_string(hide_password=False))
    return create_engine(AggregationSettings(database_url=url, environment="test"), schema=schema, pool_size=4)


async def rebuild(engine: AsyncEngine, plan: PlanIndex, events: list[Event], page: int = 300, **options: Any) -> Result:
    return await rebuild_from(engine, plan, Log(events, page), **options)


async def rebuild_from(engine: AsyncEngine, plan: PlanIndex, origin: Origin, **options: Any) -> Result:
    live, shadow = owning_engine(engine), shadow_engine(engine)
    try:
        rebuild_once = Rebuild(live, shadow, origin, plan, clock=Clock(), say=print)
        return await rebuild_once.run(RebuildOptions("test", **{"patience": 0.5, **options}))
    finally:
        await shadow.dispose()
        await live.dispose()


async def apply(engine: AsyncEngine, plan: PlanIndex, events: list[Event], batch: int) -> None:
    consumer = BatchConsumer(engine, "aggregation", Aggregator(plan, Clock()).apply)
    for start in range(0, len(events), batch):
        part = events[start : start + batch]
        await consumer.consume([record_of(event, start + n) for n, event in enumerate(part)])


async def run(engine: AsyncEngine, *statements: str) -> list[Any]:
    """The rows of the last statement. As the owner, who may tamper with all of it."""
    async with owner(engine) as tx:
        for statement in statements:
            found = await tx.execute(sa.text(statement))
        return list(found.all()) if found.returns_rows else []


TAMPERED = {
    "fact": "update fact set value = coalesce(value, 0) + 1 where (source, element, disaggregation, basis) = "
    "(select source, element, disaggregation, basis from fact where value is not null limit 1)",
    "cell": "delete from cell where ctid = (select ctid from cell where reported > 0 limit 1)",
    "revision": "update revision set state = 'withdrawn' where ctid = (select ctid from revision limit 1)",
    "obligation": "update obligation set received_revision = 99 where ctid = (select ctid from obligation limit 1)",
    "indicator_value": "update indicator_value set numerator = 1000000 where unit = 'DAK_NONG' and measure = '6.1' "
    "and period = '2024' and basis = 'received'",
}
