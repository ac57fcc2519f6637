"""GET /schemas: the JSON Schemas of events, for everybody, at the addresses that events and schemas name themselves.

They say what events look like and hold no data, so nobody needs to sign in: another program that reads a topic follows
`dataschema`. This service serves those of all services, since it reads every topic and keeps events for good.
"""

import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256

from fastapi import APIRouter, Request
from starlette.responses import Response

from audit.rules.texts import text
from shared.errors import not_found
from shared.events import DATA_TYPES, SCHEMA_CONTENT_TYPE, Schema, data_schema, event_schema
from shared.web.openapi import PUBLIC, headers

CACHED = {"Cache-Control": "public, max-age=3600", "Vary": "Accept-Encoding"}  # not by cookie or language
router = APIRouter(
    prefix="/schemas",
    default_response_class=Response,
    responses={**headers(200, "ETag"), 200: {"content": {SCHEMA_CONTENT_TYPE: {}}, **headers(200, "ETag")[200]}},
)


@router.get("/{type}.json", openapi_extra=PUBLIC)
async def get_data_schema(type: str, request: Request) -> Response:
    """The schema of the data of an event type; its `$id` is the `dataschema` of the events."""
    return _answer(data_schema, type, request)


@router.get("/events/{type}.json", openapi_extra=PUBLIC)
async def get_event_schema(type: str, request: Request) -> Response:
    """The schema of the whole event, strictly as it is written today."""
    return _answer(event_schema, type, request)


def _answer(make: Callable[..., Schema], type_: str, request: Request) -> Response:
    if type_ not in DATA_TYPES:
        raise not_found(text("problem.no_schema"))
    body = _document(make, type_, request.app.state.settings.schemas)
    return Response(body, headers={**CACHED, "ETag": f'"{sha256(body).hexdigest()}"'}, media_type=SCHEMA_CONTENT_TYPE)


@cache
def _document(make: Callable[..., Schema], type_: str, schemas: str) -> bytes:
    return json.dumps(make(DATA_TYPES[type_], schemas), ensure_ascii=False, indent=2).encode()
