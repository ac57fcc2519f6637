"""The page of rebuilds."""

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rules.plan import PlanIndex
from services.aggregation.tests.rebuild.driver import TAMPERED, rebuild, run, some_history
from shared.catalogue import Catalogue


@pytest.mark.parametrize(
    ("language", "equal", "different"), [("vi", "Khớp", "Khác nhau"), ("en", "Equal", "Different")]
)
async def test_the_page(
    ops_client: httpx.AsyncClient,
    engine: AsyncEngine,
    plan: PlanIndex,
    catalogue: Catalogue,
    language: str,
    equal: str,
    different: str,
) -> None:
    spoken = {"Accept-Language": language}
    assert "tiendo rebuild" in (await ops_client.get("/rebuilds", headers=spoken)).text
    events = await some_history(engine, plan, catalogue)
    await rebuild(engine, plan, events)
    text = (await ops_client.get("/rebuilds", headers=spoken)).text
    assert f">{equal}<" in text and f">{different}<" not in text
    await run(engine, TAMPERED["cell"])
    await rebuild(engine, plan, events, swap=True)
    text = (await ops_client.get("/rebuilds", headers=spoken)).text
    assert f">{different}<" in text and "cell: 1 " in text
