"""Floods: how long `/healthz` and a real report take beside bodies of 70,000 unknown keys, and beside 600 clients that
never finish what they send. The floor is what they take with nobody else there."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx

from tests.bench import load
from tests.bench.subject import Subject, submission_body

KEYS = 70_000
FLOODERS = 4
SLOW = 600
SECONDS = 8.0
PAUSE = 0.05
NOBODY = "00000000-0000-7000-8000-000000000000"
Duty = dict[str, Any]


async def measure(subject: Subject) -> list[dict[str, Any]]:
    duty, flooder = await subject.duties(2)
    port = subject.system.ports["submissions"]
    await beside(port, duty)
    quiet = await beside(port, duty)
    flood = asyncio.create_task(_flood(port, flooder))
    flooded = await beside(port, duty)
    flood.cancel()
    await _answered(port)  # what the flood has left to do is no part of what comes next
    slow = await _slow_clients(port, flooder)
    beside_slow = await beside(port, duty)
    held = sum([await _is_held(reader) for reader, _ in slow])
    for _, writer in slow:
        writer.close()
    kinds: list[tuple[str, dict[str, list[float]], dict[str, int]]] = [
        ("keys", flooded, {}),
        ("slow", beside_slow, {"slow_clients": SLOW, "still_held": held}),
    ]
    return [
        {
            "what": f"{what} beside {kind}, ms at worst",
            "ours": max(found[what]),
            "floor": max(quiet[what]),
            "ratio": max(found[what]) / max(quiet[what]),
            "bar": "≤ 500 ms",
            "median": statistics.median(found[what]),
            "quiet_median": statistics.median(quiet[what]),
            "answered": len(found[what]),
            **more,
        }
        for kind, found, more in kinds
        for what in ("/healthz", "report")
    ]


async def beside(port: int, duty: Duty) -> dict[str, list[float]]:
    """Milliseconds that each took, one after the other for `SECONDS`."""
    took: dict[str, list[float]] = {"/healthz": [], "report": []}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:

        async def ask(what: str, request: Callable[[], Awaitable[httpx.Response]], expected: int) -> None:
            begin = time.monotonic()
            while time.monotonic() < begin + SECONDS:
                sent = time.monotonic()
                answer = await request()
                if answer.status_code != expected:
                    raise RuntimeError(f"{what}: {answer.status_code}: {answer.text[:500]}")
                took[what].append((time.monotonic() - sent) * 1000)
                await asyncio.sleep(PAUSE)

        def report() -> Awaitable[httpx.Response]:
            headers = {**_json(duty), "Idempotency-Key": str(uuid4())}
            body = submission_body(duty, reason="Đo khi bị dội")
            return client.post(f"/api/v1/obligations/{duty['id']}/submissions", content=body, headers=headers)

        await asyncio.gather(ask("/healthz", lambda: client.get("/healthz"), 200), ask("report", report, 201))
    return took


async def _flood(port: int, duty: Duty) -> None:
    body = b"{" + b",".join(b'"k%05d":1' % number for number in range(KEYS)) + b"}"

    async def one() -> None:
        async with load.Connection(port) as connection:
            while True:
                await connection.post(f"/api/v1/submissions/{NOBODY}/withdrawal", _json(duty), body)

    await asyncio.gather(*(one() for _ in range(FLOODERS)))


async def _answered(port: int) -> None:
    async with httpx.AsyncClient(timeout=120) as client:
        await client.get(f"http://127.0.0.1:{port}/healthz")


async def _slow_clients(port: int, duty: Duty) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Half of them stop in their headers, half in a body that they have a token for."""
    headers = "".join(f"{name}: {value}\r\n" for name, value in _json(duty).items())
    begun = f"POST /api/v1/submissions/{NOBODY}/withdrawal HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n{headers}"
    opened = []
    for number in range(SLOW):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write((begun + ("\r\n{" if number % 2 else "")).encode())
        opened.append((reader, writer))
    return opened


async def _is_held(reader: asyncio.StreamReader) -> bool:
    try:
        async with asyncio.timeout(0.001):
            await reader.read(1)
    except TimeoutError:
        return True
    return False


def _json(duty: Duty) -> dict[str, str]:
    return {"Authorization": f"Bearer {duty['token']}", "Content-Type": "application/json"}
