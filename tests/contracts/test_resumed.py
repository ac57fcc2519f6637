"""No page can forget it: whatever takes a form shows one that comes back through the sign-in, before it acts."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from shared.web.shell.kept_form import SIGNING, is_resumed

WITHOUT_PERSON = {"/local/token"}
"""Asked for by programs on one's own machine."""


def pages_that_act(app: FastAPI) -> Iterator[tuple[str, Dependant]]:
    for context in iter_route_contexts(app.routes):
        route, path = context.original_route, str(context.path)
        acts = isinstance(route, APIRoute) and "POST" in (route.methods or ())
        if acts and not path.startswith("/api/") and not SIGNING.match(path) and path not in WITHOUT_PERSON:
            assert isinstance(route, APIRoute)
            yield path, route.dependant


def test_every_page_that_takes_a_form_asks_whether_it_is_resumed(app: FastAPI) -> None:
    pages = dict(pages_that_act(app))
    assert pages, "dead letters at least"
    for path, dependant in pages.items():
        asked = [one.call for one in dependant.dependencies]
        assert is_resumed in asked, (
            f"{path}: add `resumed: Resumed` (shared.web.shell.kept_form) and show the form then"
        )
