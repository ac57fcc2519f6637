"""A TCP proxy that can be cut and stalled: the network between a client and its server, on one machine.

It runs in a thread of its own, so that nothing the test does can slow the connections down.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from typing import Any

CHUNK = 64 * 1024
RESET = struct.pack("ii", 1, 0)  # SO_LINGER, zero seconds: closing sends RST, as a lost machine would


class Network:
    """The thread and its event loop; every proxy of a system runs there."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)
        self._proxies: list[Proxy] = []

    def start(self) -> None:
        self._thread.start()

    def proxy(self, port: int, upstream: Callable[[], int]) -> "Proxy":
        """Listen on 127.0.0.1:`port`; each connection goes to the port that `upstream` answers at that moment."""
        proxy = Proxy(upstream)
        self._run(proxy.listen(port))
        self._proxies.append(proxy)
        return proxy

    def call(self, action: Callable[[], None]) -> None:
        """Run `action` in the thread and wait for it."""

        async def act() -> None:
            action()

        self._run(act())

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def stop(self) -> None:
        if not self._thread.is_alive():
            return
        for proxy in self._proxies:
            self.call(proxy.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


class Proxy:
    """One listening port. Use its methods in the network's thread (`Network.call`)."""

    def __init__(self, upstream: Callable[[], int]) -> None:
        self._upstream = upstream
        self._open = asyncio.Event()
        self._open.set()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def listen(self, port: int) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)

    def cut(self) -> None:
        """Reset every connection; new ones are accepted at once."""
        for writer in self._writers:
            _reset(writer)

    def stall(self) -> None:
        """Nothing passes, in either direction, and nobody is told."""
        self._open.clear()

    def resume(self) -> None:
        """What was held back passes, in order."""
        self._open.set()

    def close(self) -> None:
        if self._server:
            self._server.close()
        self.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self._open.wait()
            there, back = await asyncio.open_connection("127.0.0.1", self._upstream())
        except OSError:
            _reset(writer)
            self._writers.discard(writer)
            return
        self._writers.add(back)
        ways = [asyncio.create_task(self._pass(reader, back)), asyncio.create_task(self._pass(there, writer))]
        try:
            await asyncio.wait(ways)
        finally:
            for way in ways:
                way.cancel()
            for end in (writer, back):
                self._writers.discard(end)
                end.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()
            return
        _reset(writer)


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
