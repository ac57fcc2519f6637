"""A state computed anew from the events is the live one, whatever the history; and what was tampered with is found."""

import asyncio
import random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.commands.aggregate import Aggregator
from aggregation.rebuild.errors import CouldNotCompare
from aggregation.rebuild.origin import Name, Origin, OriginEvent, Page
from aggregation.rebuild.run import Rebuild, RebuildOptions, Result
from aggregation.rebuild.shadow import shadow_schema
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from services.aggregation.tests.conftest import Desk, empty, record_of
from services.aggregation.tests.test_recomputation import compare, random_history
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.events import Event
from shared.messaging import BatchConsumer, Received


class Log:
    """An origin in memory that may grow while it is read."""

    name: Name = "log"
    complete = True

    def __init__(self, events: list[Event], page: int = 300) -> None:
        self.events = events
        self.page = page
        self._read = 0

    async def read(self) -> Page:
        taken = self.events[self._read : self._read + self.page]
        told = [OriginEvent(e.id, e.time, record_of(e, self._read + n)) for n, e in enumerate(taken)]
        self._read += len(taken)
        return Page(told, self._read < len(self.events))


def shadow_engine(live: AsyncEngine) -> AsyncEngine:
    url = live.url.render_as_string(hide_password=False)
    return create_engine(AggregationSettings(database_url=url, environment="test"), schema="shadow", pool_size=2)


async def rebuild(engine: AsyncEngine, plan: PlanIndex, events: list[Event], page: int = 300, **asked: Any) -> Result:
    return await rebuild_from(engine, plan, Log(events, page), **asked)


async def rebuild_from(engine: AsyncEngine, plan: PlanIndex, origin: Origin, **asked: Any) -> Result:
    shadow = shadow_engine(engine)
    try:
        one = Rebuild(engine, shadow, origin, plan, clock=Clock(), say=print)
        return await one.run(RebuildOptions("test", **{"patience": 0.5, **asked}))
    finally:
        await shadow.dispose()


async def apply(engine: AsyncEngine, plan: PlanIndex, events: list[Event], batch: int) -> None:
    consumer = BatchConsumer(engine, "aggregation", Aggregator(plan, Clock()).apply)
    for start in range(0, len(events), batch):
        part = events[start : start + batch]
        await consumer.consume([record_of(event, start + n) for n, event in enumerate(part)])


@settings(
    max_examples=8, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True
)
@given(seed=st.integers(0, 2**32), steps=st.integers(0, 120), batch=st.sampled_from([7, 60, 500]))
async def test_rebuilt_equals_live_after_any_history(
    aggregation_engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue, seed: int, steps: int, batch: int
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
    assert not result.compared.differences.counts and result.rebuilt.live_checksum == result.rebuilt.rebuilt_checksum


async def run(engine: AsyncEngine, *statements: str) -> list[Any]:
    """The rows of the last statement."""
    async with engine.begin() as tx:
        for statement in statements:
            found = await tx.execute(sa.text(statement))
        return list(found.all()) if found.returns_rows else []


async def some_history(engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue) -> list[Event]:
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
    engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue, table: str
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


async def test_what_a_rebuild_leaves(engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue) -> None:
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
    assert not await run(engine, "select 1 from pg_namespace where nspname in ('shadow', 'retired')")
    ((equal, swapped, by),) = await run(engine, "select equal, swapped, started_by from rebuild")
    assert (equal, swapped, by) == (True, True, "test")


async def test_what_live_lacks_is_waited_for_and_comes_with_a_swap(
    engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue
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


async def test_while_a_writer_goes_on_a_swap_loses_nothing(
    engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue
) -> None:
    """Two partitions of live and the log take in the same events, each at its own pace; rebuilds swap the tables."""
    desk, events = random_history(catalogue, random.Random(23), 150)
    log: list[Event] = []
    done = asyncio.Event()

    async def work(mine: list[Event], batch: int) -> None:
        consumer = BatchConsumer(engine, "aggregation", Aggregator(plan, Clock()).apply)
        for start in range(0, len(mine), batch):
            await consumer.consume([record_of(event, start + n) for n, event in enumerate(mine[start : start + batch])])

    async def keep() -> None:
        for start in range(0, len(events), 25):
            log.extend(events[start : start + 25])
            await asyncio.sleep(0.05)

    async def write() -> None:
        obligations = [{e.subject: n for n, e in enumerate(events)}[event.subject] % 2 for event in events]
        halves = [[e for e, half in zip(events, obligations, strict=True) if half == n] for n in (0, 1)]
        await asyncio.gather(work(halves[0], 5), work(halves[1], 9), keep())
        done.set()

    writing = asyncio.create_task(write())
    swaps = 0
    while not done.is_set():
        result = await rebuild_from(engine, plan, Log(log), swap=True, patience=5)
        assert result.rebuilt.equal and result.rebuilt.swapped and result.refused is None, result.shown
        swaps += 1
    await writing
    assert swaps > 1
    await compare(engine, catalogue, desk)
    final = await rebuild(engine, plan, events)
    assert final.rebuilt.equal and final.rebuilt.events == len(events)


async def test_what_live_has_set_aside_is_left_out(
    engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Open and discarded letters do not count in the rebuild either; a replayed one does, also one read from the log
    while it was still open."""
    events = await some_history(engine, plan, catalogue)
    desk = Desk(catalogue)
    o, opened = desk.open("B12-NGHE", "SO_GDDT", "2026")
    poison = opened.model_copy(update={"id": "p", "data": opened.data.model_copy(update={"form": "B99"})})
    answer = desk.submit(o, {"n_vet_new_total": 10, "n_vet_new_female": 4})
    await apply(engine, plan, [opened, poison], 10)
    # As an older catalogue would have left it: readable today, set aside then.
    letter = (
        'insert into dead_letter (topic, partition, "offset", timestamp_ms, headers, event_id, reason, value) '
        f"values ('submissions.v1', 0, 99, 0, '[]', '{answer.id}', 'then', 'x')"
    )
    await run(engine, letter, f"insert into inbox (event_id) values ('{answer.id}')")
    told = [*events, opened, poison, answer]
    result = await rebuild(engine, plan, told)
    assert result.rebuilt.equal, result.compared.letters
    assert result.rebuilt.events == len(told) - 2
    await run(engine, "update dead_letter set state = 'discarded' where reason = 'then'")
    assert (await rebuild(engine, plan, told)).rebuilt.equal
    async with engine.begin() as tx:
        await Aggregator(plan, Clock()).apply(tx, [Received(answer, record_of(answer))])
        await tx.execute(
            sa.text("update dead_letter set state = 'replayed', outcome = 'applied' where reason = 'then'")
        )
    assert (await rebuild(engine, plan, told)).rebuilt.equal
    monkeypatch.setattr("aggregation.rebuild.run.CATCH_UP_SECONDS", 0.5)
    with pytest.raises(CouldNotCompare, match="1 events that the log does not tell of"):
        await rebuild(engine, plan, told[:-1])


async def test_one_rebuild_at_a_time(engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue) -> None:
    async with shadow_schema(engine):
        with pytest.raises(CouldNotCompare, match="another"):
            await rebuild(engine, plan, [])
    assert (await rebuild(engine, plan, [])).rebuilt.equal
