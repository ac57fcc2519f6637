"""A restored database has forgotten sums that readers have seen: nothing is told beside them before they are back."""

import asyncio
import json

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.commands.publish import publish_once, publishing
from aggregation.commands.put_back import put_back
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from services.aggregation.tests.disclosure.test_leaks import COUNT, reporter_of_another
from services.aggregation.tests.disclosure.year import Year
from shared.clock import Clock
from shared.events import Event, parse
from shared.messaging.restore.setback import clear_setback, keep_setback
from tests.support.databases import owner

LAST, MADE = 5, "publication where measure = '4.3' and period = '2026' order by id"


async def a_year_that_was_told(year: Year) -> None:
    left, *others = year.communes
    await year.report((left, COUNT), *((o, 5 + i % 4) for i, o in enumerate(others)))


async def sent(engine: AsyncEngine) -> list[Event]:
    """This service's own events, as Kafka and the log have them."""
    async with engine.connect() as tx:
        return [
            parse(bytes(row)) for row in (await tx.execute(sa.text("select value from outbox order by id"))).scalars()
        ]


async def told(tx: AsyncConnection) -> list[tuple[object, ...]]:
    columns = "basis, value, numerator, denominator, reported, expected, assessment, provisional, as_of, members"
    return [tuple(row) for row in await tx.execute(sa.text(f"select {columns} from {MADE}"))]


async def forget(engine: AsyncEngine) -> None:
    async with owner(engine) as tx:
        await tx.execute(sa.text("delete from publication"))


@pytest.mark.parametrize("healed", [None, "put back", "noticed"])
async def test_a_sum_that_was_forgotten_is_not_told_beside_another(
    healed: str | None, year: Year, web: httpx.AsyncClient, settings: AggregationSettings
) -> None:
    """The reader would get the count of the report that was returned: 3."""
    reader = reporter_of_another(year, web, settings)
    reader.channels = frozenset({"root"})
    await a_year_that_was_told(year)
    await reader.look(year.counted)
    (target,) = [one for one in year.counted["received"] if one.obligation_id == year.communes[0].id]
    own = await sent(year.projection.engine)
    await forget(year.projection.engine)
    async with year.projection.engine.begin() as tx:
        if healed == "noticed":
            await keep_setback(tx, "relay", 1, "a restored backup")
        elif healed == "put back":
            assert await put_back(tx, year.projection.aggregator.plan, own) == 1
            assert await put_back(tx, year.projection.aggregator.plan, own) == 0, "nothing twice"
    await year.decide("returned", year.communes[0])
    await reader.look(year.counted)
    recovered = reader.knowledge.tells(target)
    assert recovered == (None if healed else COUNT)


async def test_a_sum_is_put_back_as_it_was(year: Year, plan: PlanIndex) -> None:
    await a_year_that_was_told(year)
    await year.decide("accepted", *year.communes)
    engine = year.projection.engine
    async with engine.connect() as tx:
        before = await told(tx)
    own = await sent(engine)
    await forget(engine)
    async with engine.begin() as tx:
        await put_back(tx, plan, own)
        assert await told(tx) == before and len(before) >= 2


async def test_beside_a_sum_of_unknown_reports_nothing_is_told(year: Year, plan: PlanIndex) -> None:
    """Events of before December 2026 do not say of which reports a sum is."""
    await a_year_that_was_told(year)
    engine = year.projection.engine
    old = []
    for event in await sent(engine):
        written = event.model_dump(mode="json", exclude_none=True)
        for figures in written["data"].get("values", {}).values():
            figures.pop("reports", None)
        old.append(parse(json.dumps(written).encode()))
    await forget(engine)
    async with engine.begin() as tx:
        assert await put_back(tx, plan, old) == 1
        assert (await told(tx))[0][-1] is None
    await year.decide("returned", *year.communes[:LAST])
    assert await publish_once(engine, plan, Clock()) == 0


async def test_beside_a_sum_of_reports_that_are_not_read_again_nothing_is_told(year: Year, plan: PlanIndex) -> None:
    await a_year_that_was_told(year)
    await year.decide("returned", *year.communes[:LAST])
    async with owner(year.projection.engine) as tx:
        lost = {"id": year.communes[0].id}
        await tx.execute(sa.text("delete from revision where obligation_id = :id"), lost)
    await year.decide("returned", *year.communes[LAST : 2 * LAST])
    async with year.projection.engine.connect() as tx:
        assert len(await told(tx)) == 2


async def test_nothing_is_published_while_the_database_may_be_old(year: Year, plan: PlanIndex) -> None:
    async with year.projection.engine.begin() as tx:
        await keep_setback(tx, "published", 1, "sums are gone from Kafka")
    await a_year_that_was_told(year)
    assert await publish_once(year.projection.engine, plan, year.clock) == 0
    async with year.projection.engine.begin() as tx:
        await clear_setback(tx, "published")
    assert await publish_once(year.projection.engine, plan, year.clock) == 1


async def test_the_loop_waits_until_it_is_known_what_was_sent(year: Year, plan: PlanIndex) -> None:
    await a_year_that_was_told(year)
    engine = year.projection.engine
    await forget(engine)
    for known in (False, True):
        stopping = asyncio.Event()

        def knows(known: bool = known, stopping: asyncio.Event = stopping) -> bool:
            stopping.set()
            return known

        await publishing(engine, plan, year.clock, knows)(stopping)
        async with engine.connect() as tx:
            assert len(await told(tx)) == known
