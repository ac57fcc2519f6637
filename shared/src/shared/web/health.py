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
    ok: bool
    detail: dict[str, Any] = field(default_factory=dict)


Check = Callable[[], Awaitable[CheckResult]]


class Health:
    def __init__(self) -> None:
        self._live: dict[str, Check] = {}
        self._ready: dict[str, Check] = {}

    def live(self, name: str, check: Check) -> None:
        self._live[name] = check

    def ready(self, name: str, check: Check) -> None:
        self._ready[name] = check

    async def liveness(self) -> tuple[bool, dict[str, Any]]:
        return await _run(self._live)

    async def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Ready needs the live checks too."""
        return await _run(self._live | self._ready)


async def _run(checks: dict[str, Check]) -> tuple[bool, dict[str, Any]]:
    results = await asyncio.gather(*(_one(check) for check in checks.values()))
    told = {name: {"ok": found.ok, **found.detail} for name, found in zip(checks, results, strict=True)}
    return all(found.ok for found in results), told


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
        return _answer(*await health.liveness())

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        return _answer(*await health.readiness())

    return router


def _answer(ok: bool, checks: dict[str, Any]) -> JSONResponse:
    body = {"status": "ok" if ok else "failing", "checks": checks}
    return JSONResponse(body, 200 if ok else 503, {"Cache-Control": "no-store"})
