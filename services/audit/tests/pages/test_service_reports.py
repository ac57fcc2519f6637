"""Each service is asked for itself: whatever one does, the others are told of."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from audit.pages import service_reports
from audit.pages.service_reports import Unanswered, ask
from services.audit.tests.pages.test_refused_records import report
from shared.web.operations.schemas import ServiceOperations

Serve = Callable[[bytes | None], Awaitable[str]]
WELL = report("submissions").model_dump_json().encode()


def http(status: str, body: bytes = b"", *more: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *more]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


@pytest.fixture
async def asked() -> list[str]:
    """The requests that the servers of a test got."""
    return []


@pytest.fixture
async def serve(outside: None, asked: list[str]) -> AsyncIterator[Serve]:
    """`await serve(bytes)`: the URL of a server that answers so; None: that never answers."""
    servers: list[asyncio.Server] = []
    over = asyncio.Event()

    async def start(answer: bytes | None) -> str:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
            if answer is None:
                await over.wait()
            else:
                writer.write(answer)
                await writer.drain()
            writer.close()

        servers.append(await asyncio.start_server(connected, "127.0.0.1", 0))
        return f"http://127.0.0.1:{servers[-1].sockets[0].getsockname()[1]}"

    yield start
    over.set()
    for server in servers:
        server.close()


async def test_what_a_service_tells_is_read_on_behalf_of_the_reader(serve: Serve, asked: list[str]) -> None:
    [told] = await ask({"submissions": await serve(http("200 OK", WELL)) + "/"}, "the-reader-s-token")
    assert isinstance(told, ServiceOperations) and told.service == "submissions"
    assert asked[0].startswith("GET /api/v1/operations HTTP/1.1\r\n")
    assert "authorization: bearer the-reader-s-token\r\n" in asked[0].lower()


async def test_each_way_of_not_answering_is_told_and_the_rest_stands(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_reports, "ASK_SECONDS", 0.5)
    services = {
        "submissions": await serve(http("200 OK", WELL)),
        "aggregation": await serve(http("200 OK", WELL)),  # the address of another
        "slow": await serve(None),
        "forbids": await serve(http("403 Forbidden", b"{}")),
        "other": await serve(http("200 OK", b'{"service": 1}')),
        "away": "http://127.0.0.1:1",
        "nonsense": await serve(b"SMTP ready\r\n\r\n"),
        "no address": "127.0.0.1",
    }
    well, *rest = await ask(services, "t")
    assert isinstance(well, ServiceOperations)
    assert rest == [
        Unanswered("aggregation", "unreadable"),
        Unanswered("slow", "timeout"),
        Unanswered("forbids", "status", "403"),
        Unanswered("other", "unreadable"),
        Unanswered("away", "unreachable", "ConnectError"),
        Unanswered("nonsense", "unreachable", "RemoteProtocolError"),
        Unanswered("no address", "unreachable", "UnsupportedProtocol"),
    ]


async def test_no_proxy_of_the_environment_gets_the_token(
    serve: Serve, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = await serve(http("200 OK", WELL))
    monkeypatch.setenv("HTTP_PROXY", proxy)
    [told] = await ask({"submissions": "http://submissions.invalid:8001"}, "t")
    assert isinstance(told, Unanswered) and not asked


async def test_the_token_goes_nowhere_else(serve: Serve, asked: list[str]) -> None:
    elsewhere = await serve(http("200 OK", WELL))
    [told] = await ask({"submissions": await serve(http("307 Moved", b"", f"Location: {elsewhere}"))}, "t")
    assert told == Unanswered("submissions", "status", "307")
    assert len(asked) == 1


async def test_what_a_later_build_adds_is_passed_over(serve: Serve) -> None:
    later = WELL[:-1] + b', "added": 1}'
    [told] = await ask({"submissions": await serve(http("200 OK", later))}, "t")
    assert isinstance(told, ServiceOperations)
