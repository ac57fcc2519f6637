"""What ops and auditors get of rebuilds over HTTP."""

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from services.aggregation.tests.drivers.kept_history import KeptHistory
from services.aggregation.tests.drivers.readers import reading_as
from services.aggregation.tests.rebuild.driver import TAMPERED, rebuild, run
from shared.access import Role


async def test_the_checksum_and_the_latest_rebuild(
    ops_client: httpx.AsyncClient, engine: AsyncEngine, plan: PlanIndex, kept_history: KeptHistory
) -> None:
    empty = (await ops_client.get("/api/v1/checksum")).json()
    assert (empty["facts"], empty["latest"]) == (0, None) and len(empty["checksum"]) == 64
    await kept_history.restore(engine)
    result = await rebuild(engine, plan, kept_history.events)
    stored = (await ops_client.get("/api/v1/checksum")).json()
    assert stored["checksum"] == stored["latest"]["live_checksum"] == result.rebuilt.rebuilt_checksum
    assert stored["facts"] == result.rebuilt.facts and stored["latest"]["equal"] is True
    assert [t["table"] for t in stored["tables"]] == ["obligation", "revision", "fact", "cell", "indicator_value"]
    await run(engine, TAMPERED["fact"])
    after = (await ops_client.get("/api/v1/checksum")).json()
    assert after["checksum"] != stored["checksum"]
    assert [a["table"] for a, b in zip(after["tables"], stored["tables"], strict=True) if a != b] == ["fact"]


@pytest.mark.parametrize("path", ["/api/v1/checksum", "/rebuilds"])
async def test_only_for_ops_and_auditors(
    ops_client: httpx.AsyncClient, settings: AggregationSettings, path: str
) -> None:
    statuses: dict[Role, int] = {"ops": 200, "auditor": 200, "leader": 403, "reporter": 403}
    for role, status in statuses.items():
        assert (await ops_client.get(path, headers=reading_as(settings, role))).status_code == status
