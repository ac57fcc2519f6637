"""The GET routes of a service's application, what each reads of a query, and queries to ask it anything."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from hypothesis import strategies as st

from shared.web.query.check import DeclaredQuery, declared_query

NO_ROUTE_OF_OURS = {"/api/v1/openapi.json": "the document of OpenAPI is FastAPI's own", "/static": "addresses of files"}
VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["2026", "2026-Q3", "SO_Y_TE", "24736@2025-07-01", "quang truc", "B01-XA", "1", "0", "-1", "9" * 40, "2026-12-14",
     "2026-12-14T10:00:00Z", "2026-12", "open", "submitted", "sent", "asc", "accepted", "\u202e", "\u200b",
     "'", "%", "\\", "01a22552-b7ea-7a40-a153-ea15f3348764", "01A22552B7EA7A40A153EA15F3348764",
     "ab" * 32, "a\x01b", "{}", "W10", ""]
)  # fmt: skip


def routes(app: FastAPI) -> Iterator[tuple[str, DeclaredQuery]]:
    """The address of every GET route, with something in place of each id, and what it declares."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if not isinstance(route, APIRoute):
            assert context.path in NO_ROUTE_OF_OURS
        elif "GET" in (route.methods or ()):
            yield re.sub(r"\{[^}]+\}", "0", str(context.path)), declared_query(route.dependant)


def queries(declared: DeclaredQuery) -> st.SearchStrategy[dict[str, str]]:
    """Any text for any of the parameters."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(declared.parameters, VALUES))


async def ask_anything(client: httpx.AsyncClient, app: FastAPI, data: Any, **headers: str) -> None:
    """One query to each route that reads any: whatever it says, the answer is one, or says what is wrong."""
    for address, declared in routes(app):
        if declared.parameters:
            query = data.draw(queries(declared))
            answer = await client.get(address, params=query, headers=headers)
            assert answer.status_code in (200, 303, 307, 400, 403, 404, 422), (address, query, answer.status_code)
