"""How much a request may weigh: bytes of body by path, and how deep JSON may nest, before any parser sees it."""

import re
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import Problem
from shared.text import Fault
from shared.web.texts import text

DEFAULT_BYTES = 1024 * 1024
MAX_DEPTH = 20
# An unterminated string runs to the end of the body: searched again from its every quote it would cost hours.
STRING = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\\?\Z)', re.DOTALL)
NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))


class Limits:
    """`by_prefix` gives path prefixes their own limit in bytes; the longest one that fits holds."""

    def __init__(self, app: ASGIApp, default: int = DEFAULT_BYTES, by_prefix: Mapping[str, int] | None = None) -> None:
        self.app = app
        self._default = default
        self._by_prefix = sorted((by_prefix or {}).items(), key=lambda item: -len(item[0]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if "\0" in scope["path"] or b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
                raise no_nul()
            receive = await self._limited(scope, receive)
        await self.app(scope, receive, send)

    async def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """`receive`, no further than the path's limit; a JSON body is read and checked at once."""
        headers = Headers(scope=scope)
        length = headers.get("content-length", "")
        if not (length.strip("0") or "transfer-encoding" in headers):
            return receive
        limit = next((size for prefix, size in self._by_prefix if scope["path"].startswith(prefix)), self._default)
        if length.isdigit() and int(length) > limit:
            raise too_large(limit)
        counted = _counted(receive, limit)
        return await _checked(counted) if _is_json(headers) else counted


def _is_json(headers: Headers) -> bool:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type in ("", "application/json") or media_type.endswith("+json")


def _counted(receive: Receive, limit: int) -> Receive:
    total = 0

    async def counted() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > limit:
            raise too_large(limit)
        return message

    return counted


async def _checked(receive: Receive) -> Receive:
    """Read all of a JSON body, refuse deep nesting, and give the body once more."""
    parts: list[bytes] = []
    last: Message = {"more_body": True}
    while last.get("more_body", False):
        last = await receive()
        if last["type"] != "http.request":
            break
        parts.append(last.get("body", b""))
    body = b"".join(parts)
    if depth_exceeds(body, MAX_DEPTH):
        raise too_deep()
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    if last["type"] != "http.request":
        pending = [last]

    async def again() -> Message:
        return pending.pop(0) if pending else await receive()

    return again


def depth_exceeds(body: bytes, most: int) -> bool:
    """Whether arrays and objects nest deeper than `most`. Linear, and cheap for the flat bodies we get."""
    if body.count(b"[") + body.count(b"{") <= most:
        return False
    depth = 0
    for bracket in STRING.sub(b"", body).translate(None, NO_BRACKET):
        depth += 1 if bracket in b"[{" else -1
        if depth > most:
            return True
    return False


def no_nul() -> Problem:
    return Problem(400, "bad-character", text("web.refused.character"))


def too_large(limit: int) -> Problem:
    size = f"{limit // 1024} KiB" if limit < DEFAULT_BYTES else f"{limit // DEFAULT_BYTES} MiB"
    fault = Fault("too-large", "", text("web.refused.too_large.most", size=size))
    return Problem(413, "too-large", text("web.refused.too_large"), [fault])


def too_deep() -> Problem:
    fault = Fault("too-deep", "", text("web.refused.too_deep.most", levels=MAX_DEPTH))
    return Problem(400, "too-deep", text("web.refused.too_deep"), [fault])
