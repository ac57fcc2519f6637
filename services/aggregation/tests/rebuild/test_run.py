"""A state computed anew from the events is the live one, whatever the history."""

import asyncio
import random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.commands.aggregate import Aggregator
from aggregation.rules.plan import PlanIndex
from services.aggregation.tests.drivers.event_writer import record_of
from services.aggregation.tests.drivers.kept_history import empty
from services.aggregation.tests.rebuild.driver import Log, apply, rebuild, rebuild_from
from services.aggregation.tests.test_recomputation import compare, random_history
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.events import Event
from shared.messaging import BatchConsumer


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
    await apply(aggregation_engine, plan, delivery[: -100 * batch], 500)  # what came before the last hundred batches
    await apply(aggregation_engine, plan, delivery[-100 * batch :], batch)
    result = await rebuild(aggregation_engine, plan, events, page=rng.choice([40, 2000]))
    assert result.rebuilt.equal, result.shown
    assert result.rebuilt.events == len(events) and result.rebuilt.facts > 1000
    assert not result.compared.differences.counts and result.rebuilt.live_checksum == result.rebuilt.rebuilt_checksum


async def test_while_a_writer_goes_on_a_swap_loses_nothing(
    engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue
) -> None:
    """Two partitions of live and the log take in the same events, each at its own pace; rebuilds swap the tables.

    The second half of the events is written after the first swap, however slow that was.
    """
    writer, events = random_history(catalogue, random.Random(23), 150)
    log: list[Event] = []
    swapped, done = asyncio.Event(), asyncio.Event()
    last = {event.subject: n for n, event in enumerate(events)}

    async def work(mine: list[Event], batch: int) -> None:
        consumer = BatchConsumer(engine, "aggregation", Aggregator(plan, Clock()).apply)
        for start in range(0, len(mine), batch):
            await consumer.consume([record_of(event, start + n) for n, event in enumerate(mine[start : start + batch])])

    async def keep(some: list[Event]) -> None:
        for start in range(0, len(some), 25):
            log.extend(some[start : start + 25])
            await asyncio.sleep(0.05)

    async def write_half(some: list[Event]) -> None:
        partitions = [[event for event in some if last[event.subject] % 2 == n] for n in (0, 1)]
        await asyncio.gather(work(partitions[0], 5), work(partitions[1], 9), keep(some))

    async def write() -> None:
        await write_half(events[: len(events) // 2])
        await swapped.wait()
        await write_half(events[len(events) // 2 :])
        done.set()

    writing = asyncio.create_task(write())
    swaps = 0
    while not done.is_set():
        result = await rebuild_from(engine, plan, Log(log), swap=True, patience=5)
        assert result.rebuilt.equal and result.rebuilt.swapped and result.refused is None, result.shown
        swaps += 1
        swapped.set()
    await writing
    assert swaps > 1
    await compare(engine, catalogue, writer)
    final = await rebuild(engine, plan, events)
    assert final.rebuilt.equal and final.rebuilt.events == len(events)
