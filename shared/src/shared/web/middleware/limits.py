"""How much a request may weigh, and how long it may take to arrive, before anything reads it."""

import asyncio
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import Problem
from shared.text import Fault
from shared.unfinished import Unfinished
from shared.web.middleware.bodies import has_body
from shared.web.middleware.rate_limit import address_of
from shared.web.texts import text

DEFAULT_BYTES = 1024 * 1024
BODY_SECONDS = 30.0
MOST_BODIES = 250
"""That a process waits for at a time."""
CROWDED_OUT = float("-inf")


class Limits:
    """`by_prefix` gives path prefixes their own limit in bytes; the longest one that fits holds."""

    def __init__(self, app: ASGIApp, default: int = DEFAULT_BYTES, by_prefix: Mapping[str, int] | None = None) -> None:
        self.app = app
        self._default = default
        self._unfinished = Unfinished(MOST_BODIES)
        self._by_prefix = sorted((by_prefix or {}).items(), key=lambda item: -len(item[0]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if "\0" in scope["path"] or b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
            raise no_nul()
        headers = Headers(scope=scope)
        if not has_body(headers):
            await self.app(scope, receive, send)
            return
        body = _Arriving(receive, self._limit(scope, headers), self._unfinished, address_of(scope))
        try:
            await self.app(scope, body.receive, send)
        finally:
            body.end()

    def _limit(self, scope: Scope, headers: Headers) -> int:
        length = headers.get("content-length", "")
        limit = next((size for prefix, size in self._by_prefix if scope["path"].startswith(prefix)), self._default)
        if length.isdigit() and int(length) > limit:
            raise too_large(limit)
        return limit


class _Arriving:
    """A body: no further than its limit, no longer than `BODY_SECONDS`, and one of `MOST_BODIES` at a time."""

    def __init__(self, receive: Receive, limit: int, unfinished: Unfinished, address: str) -> None:
        self._receive = receive
        self._limit = limit
        self._unfinished = unfinished
        self.address = address
        self._total = 0
        self._ends: float | None = None
        self._waiting: asyncio.Timeout | None = None
        self._more = True

    async def receive(self) -> Message:
        if not self._more:
            return await self._receive()  # waits until the client goes away
        if self._ends is None:
            self._ends = asyncio.get_running_loop().time() + BODY_SECONDS
            self._unfinished.enter(self)
        try:
            async with asyncio.timeout_at(self._ends) as self._waiting:
                message = await self._receive()
        except TimeoutError:
            raise (crowded_out() if self._ends == CROWDED_OUT else too_slow()) from None
        finally:
            self._waiting = None
        self._more = message.get("more_body", False)
        self._total += len(message.get("body", b""))
        if self._total > self._limit:
            raise too_large(self._limit)
        if not self._more:
            self.end()
        return message

    def end(self) -> None:
        self._unfinished.leave(self)

    def give_up(self) -> None:
        self._ends = CROWDED_OUT
        if self._waiting and not self._waiting.expired():
            self._waiting.reschedule(CROWDED_OUT)


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


def crowded_out() -> Problem:
    return Problem(503, "crowded-out", text("web.status.503"), headers={"Connection": "close", "Retry-After": "1"})
