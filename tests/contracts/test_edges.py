"""No route can forget it: HEAD, OPTIONS, unknown methods and odd bodies at every address of every service."""

import gzip
import re
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

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


async def test_every_body_is_what_it_says(app: FastAPI, client: httpx.AsyncClient) -> None:
    bodies = [one for one in addresses(app, "POST", "PUT", "PATCH", "DELETE") if one[1].startswith("/api/")]
    assert bodies
    for method, address in bodies:
        twice = await client.request(method, address, content=b'{"reason": "a", "reason": "b"}', headers=JSON)
        assert (twice.status_code, twice.json()["errors"][0]["pointer"]) == (400, "/reason"), address
        for headers in ({"Content-Type": "text/plain"}, {**JSON, "Content-Encoding": "gzip"}):
            other = await client.request(method, address, content=gzip.compress(b"{}"), headers=headers)
            assert other.status_code == 415, (address, headers)
        legacy = await client.request(method, address, content=b'{"reason": "\xa7\xbec"}', headers=JSON)
        assert (legacy.status_code, legacy.json()["code"]) == (400, "not-utf8"), address
