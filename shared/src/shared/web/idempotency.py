"""`Idempotency-Key` at the edge: what a client tries, and its first answer again. The rest: `database.idempotency`."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from shared.database.idempotency import Attempt, Replay
from shared.errors import Problem
from shared.text import Fault
from shared.web.texts import text

HEADER = "idempotency-key"
KEY = re.compile(r"[\x21-\x7e]{1,255}")
PAGE_KEY = re.compile(r"[0-9a-f-]{16,64}")


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


@dataclass(frozen=True, slots=True)
class PageAttempt:
    """What a page sends. `attempt` names page and content, `page` begins every key that this page gives.

    The same content sent again (a double click, a reload) is the same attempt; the page after Back, with other
    content, is another one.
    """

    attempt: Attempt
    page: str


def page_attempt(
    request: Request, person: str, key: object, fields: Iterable[tuple[str, object]]
) -> PageAttempt | None:
    """Of a form's hidden `key` and everything that the form says. None for a key that no page of ours has given."""
    if not isinstance(key, str) or not PAGE_KEY.fullmatch(key):
        return None
    digest = hashlib.sha256(said(fields)).digest()
    path = f"{request.method} {request.url.path}"
    return PageAttempt(Attempt(f"{key}.{digest.hex()[:32]}", person, path, digest), f"{key}.")


def said(fields: Iterable[tuple[str, object]]) -> bytes:
    """Everything that a form says, in an order of its own."""
    return json.dumps(sorted((name, value) for name, value in fields if isinstance(value, str))).encode()


def replayed(replay: Replay, headers: Mapping[str, str] | None = None) -> Response:
    """The stored answer, marked as such. `headers` are those of the first answer."""
    marked = {**(headers or {}), "Idempotency-Replayed": "true"}
    return Response(replay.body, replay.status, marked, media_type="application/json")
