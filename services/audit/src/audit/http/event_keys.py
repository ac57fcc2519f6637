"""GET /event-keys.json: the public keys that services sign their events with, for everybody who verifies one."""

from datetime import timedelta
from hashlib import sha256

from fastapi import APIRouter, Request
from starlette.responses import Response

from audit.rules.texts import text
from shared.errors import not_found
from shared.web.openapi import PUBLIC, headers

MEDIA_TYPE = "application/jwk-set+json"
FRESH = timedelta(minutes=5)  # a key that was taken out is believed no longer than that
CACHED = {"Cache-Control": f"public, max-age={FRESH.seconds}", "Vary": "Accept-Encoding"}
router = APIRouter(default_response_class=Response)


@router.get(
    "/event-keys.json",
    openapi_extra=PUBLIC,
    responses={**headers(200, "ETag"), 200: {"content": {MEDIA_TYPE: {}}, **headers(200, "ETag")[200]}},
)
def get_event_keys(request: Request) -> Response:
    """A JWK set (RFC 7517, RFC 8037). Each key says whose it is (`source`), and `nbf` and `exp` of which times the
    events are that it may sign."""
    file = request.app.state.settings.event_keys_file
    if file is None:
        raise not_found(text("problem.no_event_keys"))
    body = file.read_bytes()
    return Response(body, headers={**CACHED, "ETag": f'"{sha256(body).hexdigest()}"'}, media_type=MEDIA_TYPE)
