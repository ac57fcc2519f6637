"""`Idempotency-Key` at the edge: what a client tries, and its first answer again. The rest: `database.idempotency`."""

import hashlib
import re

from fastapi import Request
from starlette.responses import Response

from shared.database.idempotency import Attempt, Replay
from shared.errors import Problem
from shared.text import Fault
from shared.web.texts import text

HEADER = "idempotency-key"
KEY = re.compile(r"[\x21-\x7e]{1,255}")


async def attempt_of(
    request: Request, person: str, *, key: str | None = None, content: bytes | None = None
) -> Attempt | None:
    """What the client tries, for `begin`. None without a key, Problem 400 for a bad one.

    A page gives its form's hidden field as `key` and what the form says as `content`, since a form's body can be
    read only once; otherwise they are the header and the body.
    """
    chosen = key if key is not None else request.headers.get(HEADER)
    if chosen is None:
        return None
    if not KEY.fullmatch(chosen):
        fault = Fault("format", "/header/Idempotency-Key", text("web.refused.key.form"))
        raise Problem(400, "idempotency-key-invalid", text("web.refused.key"), [fault])
    digest = hashlib.sha256(await request.body() if content is None else content).digest()
    return Attempt(chosen, person, f"{request.method} {request.url.path}", digest)


def replayed(replay: Replay) -> Response:
    """The stored answer, marked as such."""
    return Response(replay.body, replay.status, {"Idempotency-Replayed": "true"}, media_type="application/json")
