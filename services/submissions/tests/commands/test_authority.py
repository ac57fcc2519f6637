"""What only the plan's coordinator and operations may do."""

from datetime import UTC, datetime
from typing import Any

from services.submissions.tests.api_client import COMMUNE, ApiClient


async def test_only_the_plans_coordinator_decides(api_client: ApiClient, report: dict[str, Any]) -> None:
    receipt = (await api_client.submit(await api_client.obligation_id(), report)).json()
    path, body = f"/api/v1/submissions/{receipt['id']}/decision", {"decision": "accept"}
    for unit in (COMMUNE, "SO_Y_TE", "SO_LDTBXH"):
        refused = await api_client.post(path, body, "coordinator", unit)
        assert refused.status_code == 403 and refused.json()["code"] in ("unit-role", "unit-ended")
    assert (await api_client.post(path, body, "ops", "DAK_NONG")).status_code == 403
    assert (await api_client.post(path, body, "coordinator", "DAK_NONG")).status_code == 200


async def test_who_may_open_and_what(api_client: ApiClient) -> None:
    path = "/api/v1/obligations/opening"
    assert (await api_client.post(path, {"period": "2026"}, "reporter", COMMUNE)).status_code == 403
    assert (await api_client.post(path, {"period": "2026-Q5"}, "ops", "DAK_NONG")).json()["errors"][0][
        "pointer"
    ] == "/period"
    assert (await api_client.post(path, {"period": "2026-Q1"}, "ops", "DAK_NONG")).status_code == 200


async def test_only_the_plans_coordinator_and_operations_open(api_client: ApiClient) -> None:
    path, body = "/api/v1/obligations/opening", {"period": "2026-Q1"}
    for unit in (COMMUNE, "SO_Y_TE", "SO_LDTBXH"):
        refused = await api_client.post(path, body, "coordinator", unit)
        assert refused.status_code == 403 and refused.json()["code"] in ("unit-role", "unit-ended")
    assert await api_client.count("obligation") == 0
    for role, unit in (("coordinator", "SO_NOI_VU"), ("coordinator", "DAK_NONG"), ("ops", "SO_Y_TE")):
        assert (await api_client.post(path, body, role, unit)).status_code == 200  # type: ignore[arg-type]
    api_client.clock.at = datetime(2025, 2, 28, 16, 59, tzinfo=UTC)
    assert (await api_client.post(path, body, "coordinator", "SO_LDTBXH")).status_code == 200
    assert (await api_client.post(path, body, "coordinator", "SO_NOI_VU")).status_code == 403
