"""429, by token and by address."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from limits.aio.storage import MemoryStorage
from structlog.testing import capture_logs

from shared.errors import Problem
from shared.web.middleware.rate_limit import RateLimit, address_of, token_of

from ..conftest import DemoSettings, demo_app


def asking(app: FastAPI, token: str = "", address: str = "192.0.2.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(address, 1))
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(transport=transport, base_url="http://tiendo.test", headers=headers)


async def statuses(client: httpx.AsyncClient, times: int) -> list[int]:
    return [(await client.get("/api/v1/things/2")).status_code for _ in range(times)]


async def test_one_token_is_held_and_others_are_not(settings: DemoSettings) -> None:
    app = demo_app(settings.model_copy(update={"rate_limit_per_token": "3/minute"}))
    async with asking(app, "a") as one, asking(app, "b", "192.0.2.2") as other, asking(app) as nobody:
        assert await statuses(one, 4) == [200, 200, 200, 429]
        assert await statuses(other, 1) == [200]
        assert await statuses(nobody, 5) == [200] * 5
        for language, word in (("vi", "giây"), ("en", "second")):
            held = await one.get("/api/v1/things/2", headers={"Accept-Language": language})
            assert 1 <= int(held.headers["retry-after"]) <= 60
            assert held.json()["code"] == "too-many-requests" and word in held.json()["errors"][0]["message"]
            assert held.headers["retry-after"] in held.json()["errors"][0]["message"]
        assert (await one.get("/healthz")).status_code == 200, "who watches is never held"


async def test_who_makes_up_tokens_is_held_by_the_address(settings: DemoSettings) -> None:
    app = demo_app(settings.model_copy(update={"rate_limit_per_address": "3/minute"}))
    answers = []
    for number in range(5):
        async with asking(app, f"made up {number}") as client:
            answers += await statuses(client, 1)
    assert answers == [200, 200, 200, 429, 429]
    async with asking(app, address="192.0.2.9") as client:
        assert await statuses(client, 1) == [200]


async def test_who_is_held_by_the_address_leaves_no_made_up_token_behind(settings: DemoSettings) -> None:
    """44,000 of them were kept, and looked through again and again: each request cost seven times as much."""
    said = settings.model_copy(update={"rate_limit_per_token": "9/minute", "rate_limit_per_address": "3/minute"})
    held = 0

    async def answer(*_: Any) -> Any: ...

    limit = RateLimit(answer, said)
    for number in range(200):
        headers = [(b"authorization", b"Bearer made up %d" % number)]
        try:
            await limit({"type": "http", "path": "/x", "client": ("192.0.2.1", 1), "headers": headers}, answer, answer)
        except Problem as problem:
            held += problem.status == 429
    storage = limit._counted.storage
    assert held == 197 and isinstance(storage, MemoryStorage)
    assert len([key for key in storage.storage if "token_of" in key]) == 3


async def test_one_program_that_is_held_takes_nothing_from_its_office(settings: DemoSettings) -> None:
    rates = {"rate_limit_per_token": "2/minute", "rate_limit_per_address": "4/minute"}
    app = demo_app(settings.model_copy(update=rates))
    async with asking(app, "a") as program, asking(app, "b") as colleague:
        assert await statuses(program, 9) == [200, 200] + [429] * 7
        assert await statuses(colleague, 2) == [200, 200]


@pytest.mark.parametrize("path", ["/static/none.css", "/public"])
async def test_no_token_is_judged_that_is_not_counted(settings: DemoSettings, path: str) -> None:
    """Static files are free, and who is held gets a page: neither may cost a signature."""
    app = demo_app(settings.model_copy(update={"rate_limit_per_address": "1/minute"}))
    async with asking(app, "made up") as client:
        await client.get("/api/v1/things/2")
        with capture_logs() as logs:
            for _ in range(3):
                assert (await client.get(path, headers={"Accept": "text/html"})).status_code in (404, 429)
    assert [entry for entry in logs if entry["event"] == "bearer.rejected"] == []


async def test_a_browser_that_is_held_sees_a_page(settings: DemoSettings) -> None:
    app = demo_app(settings.model_copy(update={"rate_limit_per_address": "1/minute"}))
    async with asking(app) as client:
        await client.get("/public")
        held = await client.get("/public", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert (held.status_code, "retry-after" in held.headers) == (429, True)
    assert "Quá nhiều yêu cầu" in held.text


def test_whom_a_request_is_counted_for() -> None:
    def scope(address: str, *headers: tuple[str, str]) -> dict[str, object]:
        raw = [(name.encode(), value.encode()) for name, value in headers]
        return {"type": "http", "client": (address, 1), "headers": raw}

    assert address_of(scope("2001:db8::1")) == address_of(scope("2001:db8::ffff")) == "2001:db8::/64"
    assert address_of(scope("192.0.2.1")) == address_of(scope("::ffff:192.0.2.1")) == "192.0.2.1"
    cookie, bearer = ("cookie", "lang=vi; tiendo_token=x"), ("authorization", "Bearer x")
    assert "x" not in {token_of(scope("", cookie)), token_of(scope("", bearer))}
    assert token_of(scope("")) == token_of(scope("", ("authorization", "Basic eDp5"))) == ""
    assert token_of(scope("", cookie, ("authorization", "Basic a"))) == token_of(scope("", cookie))
    assert token_of(scope("", ("authorization", "bearer  x"))) == token_of(scope("", bearer))


def test_what_holds_where_nothing_is_said(settings: DemoSettings) -> None:
    assert settings.rate_limit("token") is None
    production = settings.model_copy(update={"environment": "production"})
    assert str(production.rate_limit("token")) == "1200 per 1 minute"
    assert production.model_copy(update={"rate_limit_per_token": "none"}).rate_limit("token") is None


@pytest.mark.parametrize("said", ["fast", "12", "12/fortnight"])
def test_a_rate_that_is_none_stops_the_start(settings: DemoSettings, said: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)rate_limit"):
        DemoSettings(**{**settings.model_dump(), "rate_limit_per_token": said})
