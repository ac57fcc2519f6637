"""What ops and auditors get of rebuilds over HTTP."""

from typing import Any

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
    web: httpx.AsyncClient,
    settings: AggregationSettings,
    engine: AsyncEngine,
    plan: PlanIndex,
    kept_history: KeptHistory,
) -> None:
    """Ops get the counts and whether it was equal: of a state that is known but for one count a checksum tells it."""

    async def read(role: Role) -> dict[str, Any]:
        answer = await web.get("/api/v1/checksum", headers=reading_as(settings, role))
        return dict(answer.json())

    empty = await read("auditor")
    assert (empty["facts"], empty["latest"]) == (0, None) and len(empty["checksum"]) == 64
    await kept_history.restore(engine)
    result = await rebuild(engine, plan, kept_history.events)
    stored, counts = await read("auditor"), await read("ops")
    assert stored["checksum"] == stored["latest"]["live_checksum"] == result.rebuilt.rebuilt_checksum
    assert stored["facts"] == result.rebuilt.facts and stored["latest"]["equal"] is True
    assert [t["table"] for t in stored["tables"]] == ["obligation", "revision", "fact", "cell", "indicator_value"]
    assert (counts["facts"], counts["latest"]["equal"]) == (stored["facts"], True)
    assert {counts["checksum"], counts["latest"]["live_checksum"], *(t["checksum"] for t in counts["tables"])} == {None}
    await run(engine, TAMPERED["fact"])
    after = await read("auditor")
    assert after["checksum"] != stored["checksum"]
    assert [a["table"] for a, b in zip(after["tables"], stored["tables"], strict=True) if a != b] == ["fact"]


@pytest.mark.parametrize("path", ["/api/v1/checksum", "/rebuilds"])
async def test_only_for_ops_and_auditors(
    ops_client: httpx.AsyncClient, settings: AggregationSettings, path: str
) -> None:
    statuses: dict[Role, int] = {"ops": 200, "auditor": 200, "leader": 403, "reporter": 403}
    for role, status in statuses.items():
        assert (await ops_client.get(path, headers=reading_as(settings, role))).status_code == status
