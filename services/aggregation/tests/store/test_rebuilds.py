"""The results of rebuilds."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rules.records import RebuildRecord
from aggregation.store import rebuilds
from services.aggregation.tests.drivers.event_writer import NOW

FIRST = RebuildRecord(
    id=uuid4(),
    origin="log",
    started_by="test",
    started_at=NOW,
    finished_at=NOW + timedelta(seconds=2),
    events=3,
    facts=4,
    live_checksum="0" * 64,
    rebuilt_checksum="1" * 64,
    equal=False,
    swapped=False,
    differing={"fact": 1},
)


async def test_the_newest_come_first(engine: AsyncEngine) -> None:
    second = replace(FIRST, id=uuid4(), finished_at=NOW + timedelta(days=1))
    async with engine.begin() as tx:
        for one in (FIRST, second):
            await rebuilds.insert(tx, one)
        assert await rebuilds.latest(tx, 5) == [second, FIRST]
        assert await rebuilds.latest(tx, 1) == [second]
