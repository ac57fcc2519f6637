"""A connection whose client does not finish its request line and headers is closed; a body has its own limit
(`web.middleware.limits`), and between requests the server's keep-alive timeout holds.
"""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_SECONDS = 10.0

log = structlog.get_logger()


class HttpConnection(HttpToolsProtocol):
    """uvicorn's protocol, with a limit on the time from the connection or first byte to the end of the headers."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._await_headers()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        answered = self.cycle is None or self.cycle.response_complete
        if answered and self._waiting is None and not self.transport.is_closing():
            self._await_headers()  # the server's own timeout ended with the first byte, whatever it was

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_headers()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
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
