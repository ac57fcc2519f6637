"""How much a request may weigh, and how long it may take to arrive, before anything reads it."""

import asyncio
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import Problem
from shared.text import Fault
from shared.web.middleware.bodies import has_body
from shared.web.texts import text

DEFAULT_BYTES = 1024 * 1024
BODY_SECONDS = 30.0


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
            receive = self._limited(scope, receive)
        await self.app(scope, receive, send)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """`receive`, no further than the path's limit and no longer than `BODY_SECONDS`."""
        headers = Headers(scope=scope)
        if not has_body(headers):
            return receive
        length = headers.get("content-length", "")
        limit = next((size for prefix, size in self._by_prefix if scope["path"].startswith(prefix)), self._default)
        if length.isdigit() and int(length) > limit:
            raise too_large(limit)
        return _counted(receive, limit)


def _counted(receive: Receive, limit: int) -> Receive:
    total, ends, more = 0, asyncio.get_running_loop().time() + BODY_SECONDS, True

    async def counted() -> Message:
        nonlocal total, more
        if not more:
            return await receive()  # waits until the client goes away
        try:
            async with asyncio.timeout_at(ends):
                message = await receive()
        except TimeoutError:
            raise too_slow() from None
        more = message.get("more_body", False)
        total += len(message.get("body", b""))
        if total > limit:
            raise too_large(limit)
        return message

    return counted


def no_nul() -> Problem:
    return Problem(400, "bad-character", text("web.refused.character"))


def too_large(limit: int) -> Problem:
    size = f"{limit // 1024} KiB" if limit < DEFAULT_BYTES else f"{limit // DEFAULT_BYTES} MiB"
    fault = Fault("too-large", "", text("web.refused.too_large.most", size=size))
    return Problem(413, "too-large", text("web.refused.too_large"), [fault])


def too_slow() -> Problem:
    """RFC 9110 section 15.5.9: the server closes the connection, too."""
    fault = Fault("too-slow", "", text("web.refused.too_slow.most", seconds=int(BODY_SECONDS)))
    return Problem(408, "too-slow", text("web.refused.too_slow"), [fault], headers={"Connection": "close"})
