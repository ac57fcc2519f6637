import asyncio

import httpx
import pytest
from fastapi import FastAPI

from shared.web.health import CheckResult

from .conftest import DemoSettings, demo_app


@pytest.fixture
def app(settings: DemoSettings) -> FastAPI:
    return demo_app(settings)


async def test_each_check_is_listed_and_one_failing_is_503(app: FastAPI, client: httpx.AsyncClient) -> None:
    relaying = True

    async def relay() -> CheckResult:
        return CheckResult(relaying, {"age_seconds": 0.0})

    app.state.health.live("relay", relay)

    async def broken() -> CheckResult:
        raise ConnectionError("secret address")

    live = await client.get("/healthz")
    assert (live.status_code, live.json()["status"]) == (200, "ok")
    app.state.health.ready("database", broken)
    ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["checks"]["relay"]["ok"] is True
    assert ready.json()["checks"]["database"] == {"ok": False, "error": "ConnectionError"}
    relaying = False
    assert (await client.get("/healthz")).status_code == 503
    relaying = True
    assert (await client.get("/healthz")).status_code == 200


async def test_a_check_that_hangs_fails(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.web.health.CHECK_SECONDS", 0.05)

    async def hangs() -> CheckResult:
        await asyncio.Event().wait()
        return CheckResult(True)

    app.state.health.ready("kafka", hangs)
    assert (await client.get("/readyz")).json()["checks"]["kafka"] == {"ok": False, "error": "timeout"}
