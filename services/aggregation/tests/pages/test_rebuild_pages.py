"""The page of rebuilds."""

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rules.plan import PlanIndex
from services.aggregation.tests.rebuild.driver import TAMPERED, rebuild, run
from shared.events import Event


@pytest.mark.parametrize(
    ("language", "equal", "different"), [("vi", "Khớp", "Khác nhau"), ("en", "Equal", "Different")]
)
async def test_the_page(
    ops_client: httpx.AsyncClient,
    engine: AsyncEngine,
    plan: PlanIndex,
    history: list[Event],
    language: str,
    equal: str,
    different: str,
) -> None:
    spoken = {"Cookie": f"lang={language}"}
    assert "tiendo rebuild" in (await ops_client.get("/rebuilds", headers=spoken)).text
    await rebuild(engine, plan, history)
    text = (await ops_client.get("/rebuilds", headers=spoken)).text
    assert f">{equal}<" in text and f">{different}<" not in text
    await run(engine, TAMPERED["cell"])
    await rebuild(engine, plan, history, swap=True)
    text = (await ops_client.get("/rebuilds", headers=spoken)).text
    assert f">{different}<" in text and "cell: 1 " in text
