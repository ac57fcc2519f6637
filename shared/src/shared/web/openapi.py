"""How the OpenAPI document describes a problem, for every path at once."""

from typing import Any

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
    },
}
_CONTENT = {"application/problem+json": {"schema": PROBLEM_SCHEMA}}
PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "A problem of the request, with every fault (RFC 9457)", "content": _CONTENT},
    "5XX": {"description": "A problem of the service", "content": _CONTENT},
}
