"""Against a real server on a socket: clients that never finish."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import uvicorn
from fastapi import FastAPI, Request

from shared.unfinished import Unfinished
from shared.web import connection
from shared.web.connection import HttpConnection

LIMIT = 0.2
FINE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"

Address = tuple[str, int]


@pytest.fixture
async def server(outside: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Address]:
    monkeypatch.setattr("shared.web.connection.HEADER_SECONDS", LIMIT)
    app = FastAPI()

    @app.get("/")
    async def home() -> str:
        return "here"

    @app.post("/")
    async def slow(request: Request) -> int:
        return len(await request.body())

    server = uvicorn.Server(uvicorn.Config(app, http=HttpConnection, port=0, log_config=None))
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()
    server.should_exit = True
    await serving


@pytest.mark.parametrize("sent", [b"", b"GET", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: 1"])
async def test_headers_that_never_end_close_the_connection(server: Address, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection(*server)
    writer.write(sent)
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()


async def test_so_do_headers_that_drip(server: Address) -> None:
    reader, writer = await asyncio.open_connection(*server)

    async def drip() -> None:
        writer.write(b"GET / HTTP/1.1\r\n")
        while True:
            writer.write(b"X-A: 1\r\n")
            await asyncio.sleep(LIMIT / 8)

    dripping = asyncio.create_task(drip())
    async with asyncio.timeout(5):
        with suppress(ConnectionResetError):  # of what drips after the end
            assert await reader.read() == b""
    dripping.cancel()
    writer.close()


async def test_the_second_request_of_a_connection_is_limited_too(server: Address) -> None:
    reader, writer = await asyncio.open_connection(*server)
    writer.write(FINE)
    assert b"200 OK" in await reader.readuntil(b"here")
    writer.write(b"GET /")
    async with asyncio.timeout(5):
        assert b"200 OK" not in await reader.read()
    writer.close()


@pytest.mark.parametrize("sent", [b"\r\n", b"x"])
async def test_a_byte_behind_an_answer_does_not_hold_the_connection(server: Address, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection(*server)
    writer.write(FINE)
    await reader.readuntil(b"here")
    writer.write(sent)
    async with asyncio.timeout(5):
        await reader.read()
    writer.close()


async def test_a_body_and_a_pause_between_requests_have_their_own_limits(server: Address) -> None:
    reader, writer = await asyncio.open_connection(*server)
    for _ in range(2):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na")
        await asyncio.sleep(1.5 * LIMIT)
        writer.write(b"b")
        assert (await reader.readuntil(b"\r\n\r\n2")).startswith(b"HTTP/1.1 200")
        await asyncio.sleep(1.5 * LIMIT)
    writer.close()


async def test_headers_without_end_are_not_kept(server: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    """They were all kept until the 10 s were over, as many as the line carried in that time."""
    monkeypatch.setattr("shared.web.connection.HEADER_SECONDS", 60)
    reader, writer = await asyncio.open_connection(*server)
    writer.write(b"GET / HTTP/1.1\r\n" + b"X-A: 1\r\n" * (connection.MOST_HEADER_BYTES // 8))
    async with asyncio.timeout(5):
        assert (await reader.readline()).startswith(b"HTTP/1.1 431")
    writer.close()


async def test_of_too_many_that_wait_the_oldest_makes_room(server: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes a file of the process: with none left nobody could connect any more."""
    monkeypatch.setattr("shared.web.connection.HEADER_SECONDS", 60)
    monkeypatch.setattr(HttpConnection, "unfinished", Unfinished(10))
    opened = [await asyncio.open_connection(*server) for _ in range(30)]
    for _, writer in opened:
        writer.write(b"GET / HT")
    reader, writer = await asyncio.open_connection(*server)
    writer.write(FINE)
    async with asyncio.timeout(5):
        assert b"200 OK" in await reader.readuntil(b"here")
        for old, _ in opened[:20]:
            assert await old.read() == b""
    assert len(HttpConnection.unfinished) <= 10
    assert sum(not old.at_eof() for old, _ in opened) in (9, 10)
    for _, one in (*opened, (reader, writer)):
        one.close()
