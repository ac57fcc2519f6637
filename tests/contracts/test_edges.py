"""No route can forget it: HEAD, OPTIONS, unknown methods and odd bodies at every address of every service."""

import gzip
import re
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.types import Message

from shared.access import ROLES
from shared.web.middleware.allowed import allowed_methods
from tiendo_local.issuer import Issuer

JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def client(app: FastAPI, issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {issuer.token('coordinator', 'SO_NOI_VU')}", "Accept-Language": "en"}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://tiendo.test", headers=headers) as given:
        yield given


def addresses(app: FastAPI, *methods: str) -> Iterator[tuple[str, str]]:
    """(method, address) of every route that has one of these methods, with something in place of each id."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute):
            for method in sorted(set(methods) & set(route.methods or ())):
                yield method, re.sub(r"\{[^}]+\}", "0", str(context.path))


async def test_head_answers_as_get_does(app: FastAPI, client: httpx.AsyncClient) -> None:
    for _, address in addresses(app, "GET"):
        got, head = await client.get(address), await client.head(address)
        assert (head.status_code, head.content) == (got.status_code, b""), address
        assert head.headers.get("content-type") == got.headers.get("content-type"), address


async def test_every_other_method_is_told_which_there_are(app: FastAPI, client: httpx.AsyncClient) -> None:
    for _, address in addresses(app, "GET", "POST", "PUT", "PATCH", "DELETE"):
        allowed = allowed_methods(app, address)
        own = {method for method, other in addresses(app, "GET", "POST", "PUT", "PATCH", "DELETE") if other == address}
        assert own == {*allowed.split(", ")} - {"HEAD", "OPTIONS"}, address
        assert (await client.request("OPTIONS", address)).headers["allow"] == allowed
        refused = await client.request("TRACE", address)
        assert (refused.status_code, refused.headers["allow"]) == (405, allowed), address


async def test_an_address_of_its_own_is_no_id_of_another(app: FastAPI, client: httpx.AsyncClient) -> None:
    """`GET /api/v1/obligations/opening` asks for no obligation of that name."""
    words = [address for _, address in addresses(app, "POST") if not address.endswith("/0") and "/0/" not in address]
    assert any(word.endswith(("/opening", "/replay")) for word in words)
    for address in words:
        allowed = {method for method, other in addresses(app, "GET", "POST", "PUT", "PATCH") if other == address}
        for method in {"GET", "PUT", "PATCH", "DELETE"} - allowed:
            refused = await client.request(method, address)
            assert (refused.status_code, refused.headers["allow"]) == (405, allowed_methods(app, address)), address
            assert "POST" in refused.headers["allow"]


def bodies_of(app: FastAPI) -> list[tuple[str, str]]:
    found = [one for one in addresses(app, "POST", "PUT", "PATCH", "DELETE") if one[1].startswith("/api/")]
    assert found
    return found


async def status_before_the_body(app: FastAPI, method: str, address: str, authorization: str) -> int | None:
    """What is answered to headers alone; None where the body was asked for."""
    sent: list[Message] = []
    asked: list[bool] = []

    async def gone() -> Message:
        asked.append(True)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"content-length", b"9")]
    headers += [(b"authorization", authorization.encode())] * bool(authorization)
    await app(
        {"type": "http", "method": method, "path": address, "query_string": b"", "headers": headers, "scheme": "http",
         "server": ("tiendo.test", 80)}, gone, send,
    )  # fmt: skip
    return None if asked else int(sent[0]["status"])


async def let_in(app: FastAPI, issuer: Issuer, method: str, address: str) -> str:
    """The header of a role that may send such a body."""
    for role in ROLES:
        header = f"Bearer {issuer.token(role, 'SO_NOI_VU')}"
        if await status_before_the_body(app, method, address, header) is None:
            return header
    raise AssertionError(f"nobody may send {method} {address}")


async def test_who_sends_a_body_is_asked_before_a_byte_of_it(app: FastAPI, issuer: Issuer) -> None:
    """Anybody could make a service read and parse a mebibyte, for up to 30 s, to be told in the end to sign in."""
    for method, address in bodies_of(app):
        assert await status_before_the_body(app, method, address, "") == 401, address
        assert await status_before_the_body(app, method, address, "Bearer nonsense") == 401, address
        leader = f"Bearer {issuer.token('leader', 'DAK_NONG')}"
        assert await status_before_the_body(app, method, address, leader) == 403, address
    for method, address, status in (("POST", "/api/v1/nothing", 404), ("PATCH", "/api/v1/openapi.json", 405)):
        assert await status_before_the_body(app, method, address, "") == status, address


async def test_every_body_is_what_it_says(app: FastAPI, client: httpx.AsyncClient, issuer: Issuer) -> None:
    for method, address in bodies_of(app):
        client.headers["Authorization"] = await let_in(app, issuer, method, address)
        twice = await client.request(method, address, content=b'{"reason": "a", "reason": "b"}', headers=JSON)
        assert (twice.status_code, twice.json()["errors"][0]["pointer"]) == (400, "/reason"), address
        for headers in ({"Content-Type": "text/plain"}, {**JSON, "Content-Encoding": "gzip"}):
            other = await client.request(method, address, content=gzip.compress(b"{}"), headers=headers)
            assert other.status_code == 415, (address, headers)
        legacy = await client.request(method, address, content=b'{"reason": "\xa7\xbec"}', headers=JSON)
        assert (legacy.status_code, legacy.json()["code"]) == (400, "not-utf8"), address
