"""A connection whose client does not finish its request line and headers is closed, and so is the oldest of too many
that wait. A body has limits of its own (`web.middleware.limits`), a pause between requests the server's timeout.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.unfinished import Unfinished

HEADER_SECONDS = 10.0
MOST_HEADER_BYTES = 64 * 1024
MOST_WAITING = 500
"""Connections of this process from which no whole request has come yet, or no other one."""
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"

log = structlog.get_logger()


class HttpConnection(HttpToolsProtocol):
    """uvicorn's protocol, with limits on the time from the connection or first byte to the end of the headers, on their
    size, and on how many connections wait."""

    unfinished: ClassVar[Unfinished] = Unfinished(MOST_WAITING)

    _waiting: asyncio.TimerHandle | None = None
    _header_bytes: int | None = None  # None outside of a request's headers

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.unfinished.enter(self)
        self._await_headers()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._header_bytes is not None:
            self._header_bytes += len(data)
            if self._header_bytes > MOST_HEADER_BYTES and not self.transport.is_closing():
                self.transport.write(TOO_LARGE)
                self.transport.close()
        answered = self.cycle is None or self.cycle.response_complete
        if answered and self._waiting is None and not self.transport.is_closing():
            self._await_headers()  # the server's own timeout ended with the first byte, whatever it was

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._header_bytes = 0
        self._await_headers()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        self._header_bytes = None
        self.unfinished.leave(self)
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete and not self.transport.is_closing():
            self.unfinished.leave(self)
            self.unfinished.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self.unfinished.leave(self)
        super().connection_lost(exc)

    def _await_headers(self) -> None:
        self._stop_waiting()
        self._waiting = self.loop.call_later(HEADER_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            log.info("connection.unfinished", seconds=HEADER_SECONDS)
            self.transport.close()

    @property
    def address(self) -> str:
        return self.client[0] if self.client else ""

    def give_up(self) -> None:
        log.warning("connection.crowded_out", most=MOST_WAITING)
        self.transport.close()
