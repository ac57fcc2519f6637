"""The submissions service on a socket, with a clock that a test can put forward."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from services.submissions.tests.api_client import StandingClock


class SteppedClock(StandingClock):
    """Its seconds stand, too, until a test says that some have passed."""

    seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@dataclass
class Service:
    client: httpx.AsyncClient
    clock: SteppedClock

    def pass_seconds(self, seconds: float) -> None:
        self.clock.seconds += seconds

    async def ask(self, token: str) -> httpx.Response:
        """For the list of obligations, which everybody with a role and a unit may read."""
        return await self.client.get("/api/v1/obligations", headers=bearer(token))

    async def status(self, token: str) -> int:
        return (await self.ask(token)).status_code

    async def readiness(self) -> tuple[int, dict[str, Any]]:
        """The status, and the body of /readyz."""
        answer = await self.client.get("/readyz")
        return answer.status_code, answer.json()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def served(app: FastAPI, clock: SteppedClock) -> AsyncIterator[Service]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(30):
            while not server.started:
                await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield Service(client, clock)
    finally:
        server.should_exit = True
        await serving
