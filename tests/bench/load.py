"""A load generator cheap enough not to be what is measured: prepared bytes over keep-alive connections."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Answered:
    """One answered request: `sent` and `at` on the monotonic clock, the status, the body."""

    sent: float
    at: float
    status: int
    body: bytes


class Connection:
    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> "Connection":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def post(self, path: str, headers: dict[str, str], body: bytes) -> Answered:
        lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        sent = time.monotonic()
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = next(int(h.partition(b":")[2]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length"))
        answer = await self._reader.readexactly(length)
        return Answered(sent, time.monotonic(), status, answer)


Request = Callable[[int], tuple[str, dict[str, str], bytes]]


async def rate(port: int, requests: Sequence[Request], seconds: float) -> float:
    """Answers a second with one connection per entry of `requests`, each sending as fast as it is answered."""

    async def one(request: Request) -> int:
        done = 0
        async with Connection(port) as connection:
            while time.monotonic() < end:
                answered = await connection.post(*request(done))
                if answered.status != 201:
                    raise RuntimeError(f"{answered.status}: {answered.body[:500]!r}")
                done += 1
        return done

    begin = time.monotonic()
    end = begin + seconds
    total = sum(await asyncio.gather(*(one(request) for request in requests)))
    return total / (time.monotonic() - begin)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
