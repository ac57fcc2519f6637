import asyncio
import gc
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message

from shared.web.middleware.limits import _Arriving

JSON = {"Content-Type": "application/json"}
MIB = 1024 * 1024


async def chunks(total: int) -> AsyncIterator[bytes]:
    for _ in range(total // 65536):
        yield b"x" * 65536


@pytest.mark.parametrize("content_type", ["application/json", "application/merge-patch+json"])
async def test_a_body_over_the_limit_is_413_with_or_without_its_length(
    client: httpx.AsyncClient, content_type: str
) -> None:
    headers = {"Content-Type": content_type}
    for content in (b"x" * (MIB + 1), chunks(2 * MIB)):
        answer = await client.post("/api/v1/open", content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
        assert "1 MiB" in answer.json()["errors"][0]["message"]


async def test_a_body_at_the_limit_passes(client: httpx.AsyncClient) -> None:
    for content in (b" " * MIB, chunks(MIB)):
        answer = await client.post("/api/v1/open", content=content, headers=JSON)
        assert answer.json() == {"bytes": MIB}


async def test_a_path_may_have_its_own_limit(client: httpx.AsyncClient) -> None:
    good = await client.post("/api/v1/uploads", files={"file": b"x" * 2 * MIB})
    assert good.json() == {"bytes": 2 * MIB}
    bad = await client.post("/api/v1/uploads", files={"file": b"x" * 5 * MIB})
    assert (bad.status_code, bad.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize("path", ["/api/v1/open?form=%00", "/api/v1/open%00"])
async def test_no_nul_reaches_a_query(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 400


async def test_a_body_that_never_ends_is_given_up(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.middleware.limits.BODY_SECONDS", 0.05)
    sent: list[Message] = []

    async def never() -> Message:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"content-length", b"10")]
    scope = {
        "type": "http", "method": "POST", "path": "/api/v1/open", "query_string": b"", "headers": headers,
        "scheme": "http", "server": ("tiendo.test", 80),
    }  # fmt: skip
    await app(scope, never, send)
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
    assert "too-slow" in sent[1]["body"].decode()


async def test_a_body_that_has_come_is_no_work_for_the_garbage_collector(client: httpx.AsyncClient) -> None:
    gc.collect()
    gc.disable()
    try:
        for _ in range(5):
            await client.post("/api/v1/open", content=b"{}", headers=JSON)
        assert not [one for one in gc.get_objects() if isinstance(one, _Arriving)]
    finally:
        gc.enable()
