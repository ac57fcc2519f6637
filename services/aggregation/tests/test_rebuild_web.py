"""What ops and auditors see of rebuilds, and that nobody else notices one."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.app import create_app
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from services.aggregation.tests.test_rebuild import TAMPERED, apply, rebuild, run, some_history
from services.aggregation.tests.test_web import reading_as, settings  # noqa: F401  a fixture
from shared.catalogue import Catalogue


@pytest.fixture
async def client(settings: AggregationSettings) -> AsyncIterator[httpx.AsyncClient]:  # noqa: F811
    app = create_app(settings)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(
        transport=transport, base_url="http://test", headers=reading_as(settings, "ops")
    ) as client:  # fmt: skip
        yield client


async def test_the_checksum_and_the_latest_rebuild(
    client: httpx.AsyncClient, engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue
) -> None:
    empty = (await client.get("/api/v1/checksum")).json()
    assert (empty["facts"], empty["latest"]) == (0, None) and len(empty["checksum"]) == 64
    events = await some_history(engine, plan, catalogue)
    result = await rebuild(engine, plan, events)
    told = (await client.get("/api/v1/checksum")).json()
    assert told["checksum"] == told["latest"]["live_checksum"] == result.rebuilt.rebuilt_checksum
    assert told["facts"] == result.rebuilt.facts and told["latest"]["equal"] is True
    assert [t["table"] for t in told["tables"]] == ["obligation", "revision", "fact", "cell", "indicator_value"]
    await run(engine, TAMPERED["fact"])
    after = (await client.get("/api/v1/checksum")).json()
    assert after["checksum"] != told["checksum"]
    assert [a["table"] for a, b in zip(after["tables"], told["tables"], strict=True) if a != b] == ["fact"]


@pytest.mark.parametrize("path", ["/api/v1/checksum", "/rebuilds"])
async def test_only_for_ops_and_auditors(client: httpx.AsyncClient, settings: AggregationSettings, path: str) -> None:  # noqa: F811
    for role, status in (("ops", 200), ("auditor", 200), ("leader", 403), ("reporter", 403)):
        assert (await client.get(path, headers=reading_as(settings, role))).status_code == status  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "equal", "different"), [("vi", "Khớp", "Khác nhau"), ("en", "Equal", "Different")]
)
async def test_the_page(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    plan: PlanIndex,
    catalogue: Catalogue,
    language: str,
    equal: str,
    different: str,
) -> None:
    spoken = {"Accept-Language": language}
    assert "tiendo rebuild" in (await client.get("/rebuilds", headers=spoken)).text
    events = await some_history(engine, plan, catalogue)
    await rebuild(engine, plan, events)
    text = (await client.get("/rebuilds", headers=spoken)).text
    assert f">{equal}<" in text and f">{different}<" not in text
    await run(engine, TAMPERED["cell"])
    await rebuild(engine, plan, events, swap=True)
    text = (await client.get("/rebuilds", headers=spoken)).text
    assert f">{different}<" in text and "cell: 1 " in text


async def test_nobody_notices_a_swap(
    client: httpx.AsyncClient, engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue
) -> None:
    """Requests of several readers and a writer in a loop, through rebuilds that exchange the tables under them."""
    events = await some_history(engine, plan, catalogue)
    paths = (
        "/api/v1/indicators?period=2025",
        "/api/v1/indicators/6.1/explanation?period=2025",
        "/api/v1/coverage?period=2024",
        "/indicators?period=2024",
        "/api/v1/indicators/6.1/history?period=2025",
    )
    statuses: Counter[int] = Counter()
    stop = asyncio.Event()

    async def read(path: str) -> None:
        while not stop.is_set():
            statuses[(await client.get(path)).status_code] += 1

    async def write() -> None:
        place = 0
        while not stop.is_set():  # events known already: their statements run, nothing changes
            await apply(engine, plan, events[place : place + 20], 20)
            place = (place + 20) % (len(events) - 20)
            await asyncio.sleep(0.01)

    running = [asyncio.create_task(read(path)) for path in paths] + [asyncio.create_task(write())]
    try:
        for _ in range(3):
            result = await rebuild(engine, plan, events, swap=True)
            assert result.rebuilt.equal and result.rebuilt.swapped and result.refused is None
    finally:
        stop.set()
        await asyncio.gather(*running)
    assert set(statuses) == {200} and statuses[200] > 50, statuses
