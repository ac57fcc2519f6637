"""Processes of `tiny_service.py`, and a stand-in for a database host that vanishes."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from shared.events import OPERATIONS
from shared.events.topics import PARTITIONS
from tiendo_local.servers import topics as kafka_topics

TINY = Path(__file__).with_name("tiny_service.py")
END_SECONDS = 30


class Tiny:
    """A process of tiny_service.py."""

    def __init__(self, process: asyncio.subprocess.Process, mark: Path, port: str) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"
        self._mark = mark

    async def has_a_batch(self) -> bool:
        return self._mark.exists()

    async def end(self) -> tuple[int, float]:
        """SIGTERM; its exit code and the seconds it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(END_SECONDS + 5):
            code = await self.process.wait()
        return code, time.monotonic() - started


@asynccontextmanager
async def tiny(
    folder: Path, *, bootstrap: str, database: str, group: str, topic: str = "", seconds: float = 0, **others: str
) -> AsyncIterator[Tiny]:
    kafka_topics.create(bootstrap, [OPERATIONS], partitions=PARTITIONS)  # for the relay's beats
    mark = folder / "in-hand"
    environment = os.environ | {
        "ENVIRONMENT": "test",
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "KAFKA_SESSION_TIMEOUT_MS": "6000",
        "TINY_DATABASE_URL": database,
        "TINY_PORT": str(free_port()),
        "TINY_GROUP": group,
        "TINY_TOPIC": topic,
        "TINY_SECONDS": str(seconds),
        "TINY_MARK": str(mark),
        **others,
    }
    with (folder / "log").open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, TINY, "worker", env=environment, stdout=output, stderr=output
        )
    try:
        yield Tiny(process, mark, environment["TINY_PORT"])
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        print((folder / "log").read_text())


def free_port() -> int:
    with socket.socket() as probing:
        probing.bind(("127.0.0.1", 0))
        return int(probing.getsockname()[1])


class Proxy:
    """Stands before PostgreSQL; frozen, it takes bytes and passes none on, as a host that vanished."""

    def __init__(self, url: str) -> None:
        self._to = urlsplit(url)
        self._open = asyncio.Event()
        self._open.set()
        self.url = ""

    async def __aenter__(self) -> "Proxy":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        user = self._to.netloc.rpartition("@")[0]
        self.url = self._to._replace(netloc=f"{user}@127.0.0.1:{port}").geturl()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    def freeze(self) -> None:
        self._open.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection(self._to.hostname, self._to.port)
        await asyncio.gather(self._pass(reader, to_writer), self._pass(to_reader, writer), return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._open.wait()
            writer.write(data)
            await writer.drain()
        writer.close()
