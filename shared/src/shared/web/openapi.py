"""What the OpenAPI document says of every path at once: problems, who may ask, where; and of one path, its headers.

A route says `openapi_extra=IDEMPOTENT` where it honours `Idempotency-Key`, and `responses=headers(200, "ETag")`.
"""

from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from shared.auth import COOKIE
from shared.settings import ServiceSettings

_TEXT = {"type": "string"}
_FAULT = {
    "type": "object",
    "required": ["pointer", "code", "message"],
    "properties": {
        "pointer": {
            "type": "string",
            "description": "JSON pointer into the body; else /query/…, /path/… or /header/…",
        },
        "code": _TEXT,
        "message": {"type": "string", "description": "in the language of Content-Language"},
    },
}
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "instance", "trace_id", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "code": _TEXT,
        "instance": _TEXT,
        "trace_id": _TEXT,
        "errors": {"type": "array", "items": _FAULT},
        "more": {"type": "integer", "description": "how many faults there are beside `errors`; left out for none"},
    },
}
_CONTENT = {"application/problem+json": {"schema": PROBLEM_SCHEMA}}
PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "A problem of the request, with every fault (RFC 9457)", "content": _CONTENT},
    "5XX": {"description": "A problem of the service", "content": _CONTENT},
}

IDEMPOTENT: dict[str, Any] = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "names this try: sent again with the same body it gets the first answer again",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        }
    ]
}
PUBLIC: dict[str, Any] = {"security": []}  # for everybody
_HEADERS = {
    "ETag": ("the version, for If-Match and If-None-Match", _TEXT),
    "Location": ("the address of what was made", {"type": "string", "format": "uri-reference"}),
}
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE},
}


def headers(status: int, *names: Literal["ETag", "Location"]) -> dict[int | str, dict[str, Any]]:
    """The headers of an answer of one route; of a GET with an ETag also the 304 (RFC 9110 section 13.1.2)."""
    said = {name: {"description": _HEADERS[name][0], "schema": _HEADERS[name][1]} for name in names}
    answers: dict[int | str, dict[str, Any]] = {status: {"headers": said}}
    if status == 200 and names == ("ETag",):
        answers[304] = {"description": "If-None-Match names what there is"}
    return answers


def operation_id(route: APIRoute) -> str:
    """The name of the function: what a generated client calls it."""
    return route.name


def describe(app: FastAPI, settings: ServiceSettings) -> None:
    """Makes `app.openapi()`, once, when it is first asked for."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _whole(app, settings)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _whole(app: FastAPI, settings: ServiceSettings) -> dict[str, Any]:
    made = get_openapi(
        title=f"Tien Do {settings.service} API",
        version=app.version,
        openapi_version="3.1.0",
        summary=f"The service {settings.service} of Tiến Độ, which follows a plan of a province.",
        description="Problems are RFC 9457, lists have `items` and `next`, decimals are strings, instants are UTC.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        servers=[{"url": settings.service_urls.get(settings.service, "/")}],
        routes=app.routes,
    )
    made["components"]["securitySchemes"] = _SCHEMES
    made["security"] = [{name: []} for name in _SCHEMES]
    tags: set[str] = set()
    for path, operations in made["paths"].items():
        for operation in operations.values():
            operation["tags"] = [path.removeprefix("/api/v1").split("/")[1]]
            tags.update(operation["tags"])
    made["tags"] = [{"name": tag} for tag in sorted(tags)]
    _say_items(made)
    return made


def _say_items(node: Any) -> None:
    """A pair has `prefixItems` alone, which many readers do not know: with `items` beside them they take any member."""
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _say_items(child)
    if isinstance(node, dict) and node.get("type") == "array":
        node.setdefault("items", {})
