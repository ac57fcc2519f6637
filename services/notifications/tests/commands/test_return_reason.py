"""The reason of a return comes from the submissions service, or the mail says where it stands."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from structlog.testing import capture_logs

from notifications.commands.return_reason import ReturnReasons
from notifications.settings import NotificationsSettings
from services.notifications.tests.service import MakeEvents, Parts
from shared.catalogue import load
from shared.disclosure import DisclosurePolicy
from tiendo_local.issuer import Issuer
from tiendo_local.servers.mail.smtp_sink import SmtpSink

REASON = "Cột nữ của thôn 3 chưa khớp"
PLAIN, SENSITIVE = "B05-LD", "B01-XA"
SUBMISSION = UUID("00000000-0000-7000-8000-000000000007")
REVIEWS = [
    {"act": "return", "reason": "lần trước"},
    {"act": "accept", "reason": None},
    {"act": "return", "reason": REASON},
]


@asynccontextmanager
async def answering(status: int, body: bytes, requests: list[str]) -> AsyncIterator[str]:
    """A server of HTTP/1.1 that answers everything alike; its URL."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def reasons(url: str, issuer: Issuer, **changes: Any) -> ReturnReasons:
    made = NotificationsSettings(
        database_url="postgresql+asyncpg://n@127.0.0.1:1/n",
        environment="test",
        submissions_url=url,
        reason_timeout_seconds=0.5,
        **({"local_issuer_key_file": issuer.key_file} | changes),
    )
    return ReturnReasons(made, "UBND_TINH", DisclosurePolicy(load()))


pytestmark = pytest.mark.usefixtures("outside")


async def test_the_latest_reason_is_read_by_somebody_who_may_only_read(issuer: Issuer) -> None:
    requests: list[str] = []
    async with answering(200, json.dumps({"reviews": REVIEWS}).encode(), requests) as url:
        assert await reasons(url, issuer).of(SUBMISSION, PLAIN) == REASON
    [request] = requests
    assert request.startswith(f"GET /api/v1/submissions/{SUBMISSION} ")
    token = request.split("Bearer ")[1].split("\r\n")[0]
    assert jwt.decode(token, options={"verify_signature": False})["role"] == "leader"


async def test_a_token_is_read_anew_each_time_and_another_address_is_taken(issuer: Issuer, tmp_path: Path) -> None:
    requests: list[str] = []
    file = tmp_path / "token"
    async with answering(200, json.dumps({"reviews": REVIEWS}).encode(), requests) as url:
        asked = reasons("http://127.0.0.1:1", issuer, submissions_api_url=url, submissions_token_file=file)
        for token in ("one", "two"):
            file.write_text(f"{token}\n")
            assert await asked.of(SUBMISSION, PLAIN) == REASON
    assert ["one" in request for request in requests] == [True, False] and "Bearer two\r" in requests[1]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, b"{}"),
        (404, b"{}"),
        (500, REASON.encode()),
        (302, b""),
        (200, b"<html>" + REASON.encode()),
        (200, b"[]"),
        (200, b'{"reviews": null}'),
        (200, b'{"reviews": [{"act": "return"}]}'),
        (200, json.dumps({"reviews": [{"act": "return", "reason": [REASON]}]}).encode()),
        (200, json.dumps({"reviews": [{"act": "return", "reason": "  "}]}).encode()),
        (200, json.dumps({"reviews": [{"act": "accept", "reason": REASON}]}).encode()),
        (200, json.dumps({"reviews": [{"act": "return", "reason": REASON, "withheld": True}]}).encode()),
    ],
)
async def test_an_answer_that_says_none_gives_none(issuer: Issuer, status: int, body: bytes) -> None:
    with capture_logs() as logs:
        async with answering(status, body, []) as url:
            assert await reasons(url, issuer).of(SUBMISSION, PLAIN) is None
    assert REASON not in str(logs)


async def test_without_server_or_token_there_is_none(issuer: Issuer, tmp_path: Path) -> None:
    assert await reasons("http://127.0.0.1:1", issuer).of(SUBMISSION, PLAIN) is None
    assert await reasons("no address", issuer).of(SUBMISSION, PLAIN) is None
    assert (
        await reasons("http://127.0.0.1:1", issuer, submissions_token_file=tmp_path / "none").of(SUBMISSION, PLAIN)
        is None
    )
    assert await reasons("http://127.0.0.1:1", issuer, local_issuer_key_file=None).of(SUBMISSION, PLAIN) is None


async def test_a_server_that_says_nothing_is_not_waited_for(issuer: Issuer) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server, asyncio.timeout(5):
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        assert await reasons(url, issuer).of(SUBMISSION, PLAIN) is None


async def test_a_server_that_drips_is_not_waited_for(issuer: Issuer) -> None:
    """Each byte comes long before the timeout of one read."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b" ")
                await writer.drain()
                with contextlib.suppress(TimeoutError):
                    if not await asyncio.wait_for(reader.read(1000), 0.05):
                        break
        writer.close()

    with capture_logs() as logs:
        async with await asyncio.start_server(drip, "127.0.0.1", 0) as server, asyncio.timeout(5):
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            assert await reasons(url, issuer).of(SUBMISSION, PLAIN) is None
    assert [each["why"] for each in logs] == ["TimeoutError"]


@pytest.mark.parametrize("form", [SENSITIVE, "B99-XX"])
async def test_a_reason_that_may_repeat_a_count_is_not_even_asked_for(issuer: Issuer, form: str) -> None:
    requests: list[str] = []
    async with answering(200, json.dumps({"reviews": REVIEWS}).encode(), requests) as url:
        assert await reasons(url, issuer).of(SUBMISSION, form) is None
    assert requests == []


@pytest.mark.parametrize(("status", "form"), [(200, PLAIN), (503, PLAIN), (200, SENSITIVE)])
async def test_the_mail_of_a_return_goes_out_either_way(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink, issuer: Issuer, status: int, form: str
) -> None:
    """Without the policy ops point a unit's address at their own mailbox and read "the register has 4 births"."""
    obligation = obligation_events(id=uuid4(), form=form)
    told = (status, form) == (200, PLAIN)
    await service.consume(obligation.opened(), obligation.received(), obligation.returned(service.clock.now()))
    await service.ticker.tick()
    body = json.dumps({"reviews": REVIEWS}).encode()
    with capture_logs() as logs:
        async with answering(status, body, []) as url:
            changes = {"submissions_url": url, "local_issuer_key_file": issuer.key_file}
            await service.sender(smtp_sink.port, **changes).send_some()
    [mail] = smtp_sink.messages
    for part in mail.message.iter_parts():
        said = part.get_content()
        assert (REASON in said) is told
        assert ("được ghi trên trang của biểu này" in said) is not told
        assert f"/obligations/{obligation.id}" in said and "so-noi-vu@daknong.example" in said
    rows = str(await service.rows("select * from delivery")) + str(await service.rows("select * from reminder"))
    kept = str(logs) + rows + "".join(event.to_bytes().decode() for event in await service.published())
    assert REASON not in kept and "lần trước" not in kept
