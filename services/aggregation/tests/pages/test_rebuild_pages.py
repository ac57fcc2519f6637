"""The page of rebuilds."""

from importlib.resources import files

import httpx
import pytest
import yaml
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rules.plan import PlanIndex
from aggregation.store.tables import STATE
from services.aggregation.tests.rebuild.driver import TAMPERED, rebuild, run
from shared.events import Event


@pytest.mark.parametrize(
    ("language", "equal", "different", "sums"),
    [("vi", "Khớp", "Khác nhau", "Số cộng của từng đơn vị"), ("en", "Equal", "Different", "Sums of each unit")],
)
async def test_the_page(
    ops_client: httpx.AsyncClient,
    engine: AsyncEngine,
    plan: PlanIndex,
    history: list[Event],
    language: str,
    equal: str,
    different: str,
    sums: str,
) -> None:
    spoken = {"Cookie": f"lang={language}"}
    assert "tiendo rebuild" in (await ops_client.get("/rebuilds", headers=spoken)).text
    await rebuild(engine, plan, history)
    text = (await ops_client.get("/rebuilds", headers=spoken)).text
    assert f">{equal}<" in text and f">{different}<" not in text
    await run(engine, TAMPERED["cell"])
    await rebuild(engine, plan, history, swap=True)
    text = (await ops_client.get("/rebuilds", headers=spoken)).text
    assert f">{different}<" in text and f"{sums}: 1 " in text


def test_every_table_that_is_compared_has_a_name_for_people() -> None:
    keys = yaml.safe_load(files("aggregation").joinpath("messages.yaml").read_text())
    assert {f"rebuilds.table.{table.name}" for table in STATE} <= keys.keys()
