"""Against a real server on a socket: clients by the hundred, and one that only wants an answer."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn

from shared.web.connection import HttpConnection
from shared.web.middleware.limits import MOST_BODIES

from .conftest import DemoSettings, demo_app

SLOW = 600
BEGUN = "POST /api/v1/answers HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n"
ANSWER = {"observations": [{"measure": "a", "value": "1"}], "reason": "đã đủ"}

Address = tuple[str, int]


@pytest.fixture
async def server(outside: None, settings: DemoSettings) -> AsyncIterator[Address]:
    server = uvicorn.Server(uvicorn.Config(demo_app(settings), http=HttpConnection, port=0, log_config=None))
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()
    server.should_exit = True
    server.force_exit = True
    await serving


@pytest.mark.parametrize("more", ["", "Expect: 100-continue\r\n", "Authorization: Bearer made.up\r\n"])
async def test_who_may_not_send_is_told_before_the_body(server: Address, more: str) -> None:
    """The answer came after the body, which the sender of nothing could keep open for 30 s."""
    reader, writer = await asyncio.open_connection(*server)
    writer.write(f"{BEGUN}{more}\r\n".encode())
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 401 ") and b"WWW-Authenticate: Bearer".lower() in head.lower()
        length = next(int(h.split(b":")[1]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length"))
        await reader.readexactly(length)
        writer.write(b"123456789GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200"), "who sends it all the same is heard again"
    writer.close()


async def test_slow_clients_hold_up_nobody_else(server: Address, token: str) -> None:
    """Half of them stop in their headers, half in the body: each was held until its time was over."""
    slow = []
    for number in range(SLOW):
        reader, writer = await asyncio.open_connection(*server)
        ends = f"Authorization: Bearer {token}\r\n\r\n{{" if number % 2 else ""
        writer.write((BEGUN + ends).encode())
        slow.append((reader, writer))
    headers = {"Authorization": f"Bearer {token}"}
    async with asyncio.timeout(20), httpx.AsyncClient(base_url=f"http://127.0.0.1:{server[1]}") as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.post("/api/v1/answers", json=ANSWER, headers=headers)).status_code == 201
        for reader, _ in slow[1 : 2 * (SLOW // 2 - MOST_BODIES) : 2]:
            crowded_out = (await reader.read()).lower()
            assert crowded_out.startswith(b"http/1.1 503 ") and b"connection: close" in crowded_out
        reader, writer = slow[-1]
        writer.write(b"}       ")
        assert (await reader.readline()).startswith(b"HTTP/1.1 422 "), "the newest is waited for"
    for _, one in slow:
        one.close()
