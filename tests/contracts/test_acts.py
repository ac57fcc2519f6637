"""No route can forget it: nobody acts without a sign-in, and a form that came through it is shown before it acts."""

import inspect
import re
from collections.abc import Iterator

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from shared.web.shell.kept_form import SIGNING, is_resumed

WITHOUT_PERSON = {"/local/token"}
"""Asked for by programs on one's own machine."""


def acts(app: FastAPI) -> Iterator[tuple[str, str, APIRoute]]:
    """Method and address of every route that may change something, with 1 in place of each id."""
    for context in iter_route_contexts(app.routes):
        route, path = context.original_route, re.sub(r"\{[^}]+\}", "1", str(context.path))
        if isinstance(route, APIRoute) and not SIGNING.match(path) and path not in WITHOUT_PERSON:
            for method in sorted((route.methods or set()) - {"GET", "HEAD"}):
                yield method, path, route


def test_every_page_shows_a_form_that_is_resumed(app: FastAPI) -> None:
    pages = {path: route for _, path, route in acts(app) if not path.startswith("/api/")}
    assert pages, "dead letters at least"
    for path, route in pages.items():
        asked = is_resumed in [one.call for one in route.dependant.dependencies]
        shown = re.search(r"\bif resumed:", inspect.getsource(route.endpoint))
        assert asked and shown, f"{path}: take `resumed: Resumed` (shared.web.shell.kept_form) and show the form then"


async def test_nobody_acts_without_a_sign_in(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app)
    headers = {"Origin": "http://tiendo.test"}
    async with httpx.AsyncClient(transport=transport, base_url="http://tiendo.test", headers=headers) as nobody:
        for method, path, _ in acts(app):
            answer = await nobody.request(method, path)
            assert answer.status_code == 401, f"{method} {path}: ask for a person (`require`, shared.auth)"
