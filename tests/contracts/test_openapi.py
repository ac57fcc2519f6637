"""What the OpenAPI documents promise to a client that is generated from them."""

import inspect
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts


def operations(app: FastAPI) -> Iterator[tuple[str, dict[str, Any], APIRoute]]:
    paths = app.openapi()["paths"]
    for context in iter_route_contexts(app.routes):
        route, path = context.original_route, str(context.path)
        if isinstance(route, APIRoute) and path in paths:
            for method in sorted(route.methods or ()):
                yield f"{method} {path}", paths[path][method.lower()], route


def test_who_may_ask_and_where(app: FastAPI) -> None:
    document = app.openapi()
    assert document["info"]["title"].isascii()
    assert document["servers"][0]["url"].startswith("http")
    assert set(document["components"]["securitySchemes"]) == {"bearer", "cookie"}
    assert document["security"] == [{"bearer": []}, {"cookie": []}]
    assert {tag["name"] for tag in document["tags"]} == {
        tag for _, operation, _ in operations(app) for tag in operation["tags"]
    }


def test_every_operation_has_a_name_of_its_own(app: FastAPI) -> None:
    names = [operation["operationId"] for _, operation, _ in operations(app)]
    assert len(names) == len(set(names)) > 5


def test_what_a_route_reads_and_says_in_its_headers_is_described(app: FastAPI) -> None:
    for name, operation, route in operations(app):
        source = inspect.getsource(route.endpoint).partition("def ")[2]  # without its decorator
        parameters = {parameter["name"] for parameter in operation.get("parameters", ())}
        assert ("Idempotency-Key" in parameters) == ("attempt_of(" in source), name
        described = {header for answer in operation["responses"].values() for header in answer.get("headers", ())}
        if "GET" in (route.methods or ()):
            assert "ETag" in described or '"ETag"' not in source, name
            assert ("304" in operation["responses"]) == ("ETag" in described), name
        if route.status_code == 201:
            assert "Location" in described, name


def test_every_array_says_what_is_in_it(app: FastAPI) -> None:
    def arrays(node: Any) -> Iterator[dict[str, Any]]:
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from arrays(child)
        if isinstance(node, dict) and node.get("type") == "array":
            yield node

    found = list(arrays(app.openapi()))
    assert found and all("items" in one for one in found)
