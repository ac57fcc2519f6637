"""An OpenID Connect provider on a socket of its own: discovery and keys, and what can go wrong with them."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .signing_key import SigningKey


class IdentityProvider:
    """`async with IdentityProvider(key) as provider`: answers until `stop`, again after `start`, on the same port."""

    def __init__(self, *keys: SigningKey, certificate: Path | None = None) -> None:
        """With a `certificate` and its key in one file (PEM) it is asked by TLS."""
        self._certificate = certificate
        self.keys: list[dict[str, Any]] = [key.jwk() for key in keys]
        self.answer: Callable[[], Response] | None = None
        """Given instead of the keys."""
        self.open = asyncio.Event()
        """While it is not set, who asks for keys waits."""
        self.open.set()
        self.asked = 0
        self.most_at_once = 0
        self._now_asking = 0
        self.port = 0
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self._certificate else 'http'}://127.0.0.1:{self.port}"

    def rotate(self, *keys: SigningKey) -> None:
        self.keys = [key.jwk() for key in keys]

    async def start(self) -> None:
        routes = [
            Route("/.well-known/openid-configuration", self._discovery),
            Route("/jwks", self._jwks),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes),
            port=self.port,
            log_config=None,
            lifespan="off",
            timeout_graceful_shutdown=1,
            ssl_certfile=self._certificate,
        )
        self._server = uvicorn.Server(config)
        self._serving = asyncio.create_task(self._server.serve())
        async with asyncio.timeout(10):
            while not self._server.started:
                await asyncio.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Nobody listens there any more: a connection is refused."""
        if self._server and self._serving:
            self._server.should_exit = True
            await self._serving
        self._server = None

    async def __aenter__(self) -> "IdentityProvider":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.open.set()
        await self.stop()

    async def _discovery(self, _: Request) -> Response:
        return JSONResponse({"issuer": "https://id.example", "jwks_uri": f"{self.url}/jwks"})

    async def _jwks(self, _: Request) -> Response:
        self.asked += 1
        self._now_asking += 1
        self.most_at_once = max(self.most_at_once, self._now_asking)
        try:
            await self.open.wait()
        finally:
            self._now_asking -= 1
        return self.answer() if self.answer else JSONResponse({"keys": self.keys})
