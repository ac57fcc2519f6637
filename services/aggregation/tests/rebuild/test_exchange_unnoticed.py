"""Nobody notices that the tables are exchanged."""

import asyncio
from collections import Counter

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rules.plan import PlanIndex
from services.aggregation.tests.rebuild.driver import apply, rebuild
from shared.events import Event


async def test_nobody_notices_a_swap(
    ops_client: httpx.AsyncClient, engine: AsyncEngine, plan: PlanIndex, history: list[Event]
) -> None:
    """Requests of several readers and a writer in a loop, through rebuilds that exchange the tables under them."""
    paths = (
        "/api/v1/indicators?period=2025",
        "/api/v1/indicators/6.1/explanation?period=2025",
        "/api/v1/coverage?period=2024",
        "/indicators?period=2024",
        "/api/v1/indicators/6.1/history?period=2025",
    )
    statuses: Counter[int] = Counter()
    written = 0
    stop = asyncio.Event()

    async def read(path: str) -> None:
        while not stop.is_set():
            statuses[(await ops_client.get(path)).status_code] += 1
            if path != paths[0]:  # one never pauses
                await asyncio.sleep(0.01)

    async def write() -> None:
        place = 0
        nonlocal written
        while not stop.is_set():  # events known already: their statements run, nothing changes
            await apply(engine, plan, history[place : place + 20], 20)
            written += 20
            place = (place + 20) % (len(history) - 20)
            await asyncio.sleep(0.01)

    running = [asyncio.create_task(read(path)) for path in paths] + [asyncio.create_task(write())]
    try:
        for _ in range(3):
            result = await rebuild(engine, plan, history, swap=True)
            assert result.rebuilt.equal and result.rebuilt.swapped and result.refused is None
    finally:
        stop.set()
        await asyncio.gather(*running)
    assert set(statuses) == {200} and statuses[200] > 50, statuses
    assert written > 100
