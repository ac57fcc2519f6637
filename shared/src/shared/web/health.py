"""/healthz and /readyz: named checks that tell progress, not that the process answers a ping.

app.state.health.live("worker", worker_check)         # fails → restart me
app.state.health.ready("database", database_check)    # fails → send me nothing
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse

CHECK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class CheckResult:
    """`degraded`: it works, but not for long unless somebody looks."""

    ok: bool
    detail: dict[str, Any] = field(default_factory=dict)
    degraded: bool = False


Check = Callable[[], Awaitable[CheckResult]]


class Health:
    def __init__(self) -> None:
        self._live: dict[str, Check] = {}
        self._ready: dict[str, Check] = {}

    def live(self, name: str, check: Check) -> None:
        self._live[name] = check

    def ready(self, name: str, check: Check) -> None:
        self._ready[name] = check

    async def liveness(self) -> dict[str, CheckResult]:
        return await _run(self._live)

    async def readiness(self) -> dict[str, CheckResult]:
        """Ready needs the live checks too."""
        return await _run(self._live | self._ready)


async def _run(checks: dict[str, Check]) -> dict[str, CheckResult]:
    results = await asyncio.gather(*(_one(check) for check in checks.values()))
    return dict(zip(checks, results, strict=True))


async def _one(check: Check) -> CheckResult:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except TimeoutError:
        return CheckResult(False, {"error": "timeout"})
    except Exception as error:
        return CheckResult(False, {"error": type(error).__name__})


def health_routes(health: Health) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> JSONResponse:
        return _answer(await health.liveness())

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        return _answer(await health.readiness())

    return router


def _answer(results: dict[str, CheckResult]) -> JSONResponse:
    """`status` is that of the worst check: ok, degraded (200 as well) or failing."""
    ok = all(result.ok for result in results.values())
    worst = "failing" if not ok else "degraded" if any(result.degraded for result in results.values()) else "ok"
    body = {"status": worst, "checks": {name: _told(result) for name, result in results.items()}}
    return JSONResponse(body, 200 if ok else 503, {"Cache-Control": "no-store"})


def _told(result: CheckResult) -> dict[str, Any]:
    return {"ok": result.ok, **({"degraded": True} if result.degraded else {}), **result.detail}
