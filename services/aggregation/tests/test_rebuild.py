"""A state computed anew from the events is the live one, whatever the history; and what was tampered with is found."""

import random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.aggregate import Aggregator
from aggregation.plan import Plan
from aggregation.rebuild.conduct import Asked, Rebuild, Result
from aggregation.rebuild.faults import CouldNotCompare
from aggregation.rebuild.origin import Page, Told
from aggregation.settings import Settings
from services.aggregation.tests.conftest import empty, record_of
from services.aggregation.tests.test_recomputation import random_history
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.database import create_engine
from shared.events import Event
from shared.messaging import BatchConsumer


class Log:
    """An origin in memory that may grow while it is read."""

    name = "log"
    complete = True

    def __init__(self, events: list[Event], page: int = 300) -> None:
        self.events = events
        self.page = page
        self._read = 0

    async def read(self) -> Page:
        taken = self.events[self._read : self._read + self.page]
        told = [Told(e.id, e.time, record_of(e, self._read + n)) for n, e in enumerate(taken)]
        self._read += len(taken)
        return Page(told, self._read < len(self.events))


def shadow_engine(live: AsyncEngine) -> AsyncEngine:
    url = live.url.render_as_string(hide_password=False)
    return create_engine(Settings(database_url=url, environment="test"), schema="shadow", pool_size=2)


async def rebuild(engine: AsyncEngine, plan: Plan, events: list[Event], page: int = 300, **asked: Any) -> Result:
    shadow = shadow_engine(engine)
    try:
        one = Rebuild(engine, shadow, Log(events, page), plan, clock=Clock(), say=print)
        return await one.run(Asked("test", **{"patience": 0.5, **asked}))
    finally:
        await shadow.dispose()


async def apply(engine: AsyncEngine, plan: Plan, events: list[Event], batch: int) -> None:
    consumer = BatchConsumer(engine, "aggregation", Aggregator(plan, Clock()).apply)
    for start in range(0, len(events), batch):
        part = events[start : start + batch]
        await consumer.consume([record_of(event, start + n) for n, event in enumerate(part)])


@settings(
    max_examples=8, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True
)
@given(seed=st.integers(0, 2**32), steps=st.integers(0, 120), batch=st.sampled_from([7, 60, 500]))
async def test_rebuilt_equals_live_after_any_history(
    aggregation_engine: AsyncEngine, plan: Plan, catalogue: Catalogue, seed: int, steps: int, batch: int
) -> None:
    await empty(aggregation_engine)
    rng = random.Random(seed)
    _, events = random_history(catalogue, rng, steps)
    delivery = events + rng.sample(events, len(events) // 5)
    rng.shuffle(delivery)
    await apply(aggregation_engine, plan, delivery, batch)
    result = await rebuild(aggregation_engine, plan, events, page=rng.choice([40, 2000]))
    assert result.rebuilt.equal, result.shown
    assert result.rebuilt.events == len(events) and result.rebuilt.facts > 1000
    assert not result.compared.found.counts and result.rebuilt.live_checksum == result.rebuilt.rebuilt_checksum


async def run(engine: AsyncEngine, *statements: str) -> list[Any]:
    """The rows of the last statement."""
    async with engine.begin() as tx:
        for statement in statements:
            found = await tx.execute(sa.text(statement))
        return list(found.all()) if found.returns_rows else []


async def some_history(engine: AsyncEngine, plan: Plan, catalogue: Catalogue) -> list[Event]:
    _, events = random_history(catalogue, random.Random(11), 40)
    await apply(engine, plan, events, 500)
    return events


TAMPERED = {
    "fact": "update fact set value = coalesce(value, 0) + 1 where (source, element, disaggregation, basis) = "
    "(select source, element, disaggregation, basis from fact where value is not null limit 1)",
    "cell": "delete from cell where ctid = (select ctid from cell where reported > 0 limit 1)",
    "revision": "update revision set state = 'withdrawn' where ctid = (select ctid from revision limit 1)",
    "obligation": "update obligation set received_revision = 99 where ctid = (select ctid from obligation limit 1)",
    "indicator_value": "update indicator_value set numerator = 1000000 where unit = 'DAK_NONG' and measure = '6.1' "
    "and period = '2024' and basis = 'received'",
}


@pytest.mark.parametrize("table", TAMPERED)
async def test_a_tampered_row_is_found_named_and_repaired(
    engine: AsyncEngine, plan: Plan, catalogue: Catalogue, table: str
) -> None:
    events = await some_history(engine, plan, catalogue)
    (values,) = await run(engine, "select count(*) from indicator_value")
    stood = await run(engine, "select measure, unit, period, basis, as_of from indicator_value order by 1, 2, 3, 4")
    await run(engine, "truncate outbox", "truncate indicator_history", TAMPERED[table])
    told = await rebuild(engine, plan, events)
    assert not told.rebuilt.equal and not told.rebuilt.swapped and told.rebuilt.differing == {table: 1}
    (shown,) = told.shown
    assert shown.table == table and shown.live != shown.rebuilt
    repaired = await rebuild(engine, plan, events, swap=True)
    assert not repaired.rebuilt.equal and repaired.rebuilt.swapped and repaired.refused is None
    assert (await rebuild(engine, plan, events)).rebuilt.equal
    # Only what changed has a new date and a line of history, and only the whole area's is told of.
    restated = [r[0] for r in await run(engine, "select measure from indicator_history")]
    assert restated == (["6.1"] if table == "indicator_value" else [])
    now = await run(engine, "select measure, unit, period, basis, as_of from indicator_value order by 1, 2, 3, 4")
    assert len(now) == values[0] and len(set(now) - set(stood)) == len(restated)
    topics = [r[0] for r in await run(engine, "select topic from outbox order by id")]
    assert topics.count("operations.v1") == 3 and topics.count("indicators.v1") == len(restated)


async def test_what_a_rebuild_leaves(engine: AsyncEngine, plan: Plan, catalogue: Catalogue) -> None:
    """The schema as migrations made it, no shadow, a row and an event."""
    shape = (
        "select schemaname, indexname, indexdef from pg_indexes where schemaname not like 'pg%' order by 1, 2",
        "select table_name, column_name, ordinal_position, column_default, is_nullable, data_type "
        "from information_schema.columns where table_schema = 'public' order by 1, 3",
        "select conname, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace "
        "order by 1, 2",
        "select relname, reloptions, obj_description(oid) from pg_class where relnamespace = 'public'::regnamespace "
        "order by 1",
        "select a.attrelid::regclass::text, attname, col_description(attrelid, attnum) from pg_attribute a "
        "join pg_class c on c.oid = attrelid and relnamespace = 'public'::regnamespace and relkind = 'r' order by 1, 2",
    )
    events = await some_history(engine, plan, catalogue)
    before = [await run(engine, query) for query in shape]
    result = await rebuild(engine, plan, events, swap=True)
    assert result.rebuilt.equal and result.rebuilt.swapped
    after = [await run(engine, query) for query in shape]
    assert after == before
    assert not await run(engine, "select from pg_namespace where nspname in ('shadow', 'retired')")
    ((equal, swapped, by),) = await run(engine, "select equal, swapped, started_by from rebuild")
    assert (equal, swapped, by) == (True, True, "test")


async def test_what_live_lacks_is_waited_for_and_comes_with_a_swap(
    engine: AsyncEngine, plan: Plan, catalogue: Catalogue
) -> None:
    """A database restored from a backup, its consumer far ahead: only the log still has the events."""
    events = await some_history(engine, plan, catalogue)
    lost = events[-150:]
    await run(engine, "truncate " + ", ".join(t for t in ("obligation", "revision", "fact", "cell", "indicator_value")))
    await run(engine, "truncate inbox")
    await apply(engine, plan, events[:-150], 500)
    with pytest.raises(CouldNotCompare, match="none of 150 events"):
        await rebuild(engine, plan, events)
    repaired = await rebuild(engine, plan, events, swap=True)
    assert repaired.compared.behind == 150 and repaired.rebuilt.swapped and not repaired.rebuilt.equal
    assert (await rebuild(engine, plan, events)).rebuilt.equal
    await apply(engine, plan, lost, 100)  # the broker delivers them after all
    assert (await rebuild(engine, plan, events)).rebuilt.equal
