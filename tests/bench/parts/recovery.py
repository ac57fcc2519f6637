"""Recovery: the broker killed while events pile up, and one of two workers killed.

A submission counts as shown once aggregation has committed it: the province's value changes in the same transaction.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.messaging import publish
from tests.bench.events import received_event
from tests.bench.load import Connection
from tests.bench.subject import Subject, submission_body
from tiendo_local.servers.process import Child
from tiendo_local.services import answers_ok

BUSY_DAY = 2_000
LONG_OUTAGE = 50_000
CHUNK = 1000
REPORTERS = 6  # obligations that are answered over HTTP; the others' events are put into the outbox
POLL_SECONDS = 0.02

_LEFT = sa.text(
    "select coalesce((select sequence from relay_head), 0) as sequence, exists (select from outbox) as waiting"
)
_SHOWN = sa.text("select max(number) from revision where obligation_id = cast(:id as uuid)")


async def measure(subject: Subject) -> list[dict[str, Any]]:
    system = subject.system
    subject.start_services()
    duties = await subject.duties(100)
    submissions = create_async_engine(system.databases["submissions"])
    aggregation = create_async_engine(system.databases["aggregation"])
    try:
        found = [
            await _outage(subject, duties, submissions, aggregation, events, base)
            for events, base in ((BUSY_DAY, 10_000), (LONG_OUTAGE, 20_000))
        ]
        return [*found, await _takeover(subject, duties, aggregation)]
    finally:
        await submissions.dispose()
        await aggregation.dispose()


async def _outage(
    subject: Subject,
    duties: Sequence[dict[str, Any]],
    submissions: AsyncEngine,
    aggregation: AsyncEngine,
    events: int,
    base: int,
) -> dict[str, Any]:
    """`base` is a version above every one that the obligations have had."""
    broker, port = subject.system.broker, subject.system.ports["submissions"]
    await _until(lambda: _empty(submissions), 300)
    await asyncio.to_thread(broker.kill)
    during = [await _submit(port, duty) for duty in duties[: REPORTERS - 1]]
    await _pile_up(submissions, duties[REPORTERS:], events, base)
    async with submissions.connect() as connection:
        before = (await connection.execute(_LEFT)).one().sequence
    await asyncio.to_thread(broker.start)
    returned = time.monotonic()
    after = await _submit(port, duties[REPORTERS - 1])
    resumed, drained, shown_during, shown_after = await asyncio.gather(
        _until(lambda: _moved(submissions, before), 300),
        _until(lambda: _empty(submissions), 300),
        _until(lambda: _shown(aggregation, during), 300),
        _until(lambda: _shown(aggregation, [after]), 300),
    )
    return {
        "what": f"recovery, s until fresh after an outage that left {events} events",
        "ours": max(shown_during, shown_after) - returned,
        "floor": 10.0,
        "ratio": (max(shown_during, shown_after) - returned) / 10,
        "bar": "≤ 10 s" if events == BUSY_DAY else "told",
        "relay_resumes_s": resumed - returned,
        "drained_per_s": events / (drained - resumed),
        "made_during_s": shown_during - returned,
        "made_after_s": shown_after - returned,
    }


async def _takeover(subject: Subject, duties: Sequence[dict[str, Any]], aggregation: AsyncEngine) -> dict[str, Any]:
    """Two workers share the partitions, one is killed; until what every partition gets is applied again."""
    system, port = subject.system, subject.free_port()
    environment = {**system.environments["aggregation"], "AGGREGATION_PORT": str(port)}
    second = Child("second worker", system.workspace.logs / "second.log")
    second.start([sys.executable, "-m", "aggregation", "worker"], env=environment)
    try:
        await asyncio.to_thread(
            second.wait_until, lambda: answers_ok(f"http://127.0.0.1:{port}/readyz"), 120, "sharing the partitions"
        )
        before = [await _submit(system.ports["submissions"], duty) for duty in duties]
        await _until(lambda: _shown(aggregation, before), 120)
    finally:
        second.kill()
    killed = time.monotonic()
    after = [await _submit(system.ports["submissions"], duty) for duty in duties]
    taken = await _until(lambda: _shown(aggregation, after), 120) - killed
    session = int(os.environ.get("KAFKA_SESSION_TIMEOUT_MS", environment["KAFKA_SESSION_TIMEOUT_MS"])) / 1000
    return {
        "what": "takeover, s until a killed worker's partitions are worked on",
        "ours": taken,
        "floor": session,
        "ratio": taken / session,
        "bar": "≤ session timeout + 5 s",
    }


async def _pile_up(engine: AsyncEngine, duties: Sequence[dict[str, Any]], events: int, base: int) -> None:
    for begin in range(0, events, CHUNK):
        numbers = range(begin, min(begin + CHUNK, events))
        async with engine.begin() as tx:
            await publish(tx, *[received_event(duties[n % len(duties)], base + n // len(duties)) for n in numbers])


async def _submit(port: int, duty: dict[str, Any]) -> tuple[str, int]:
    """Answer an obligation; its id and the revision made."""
    headers = {
        "Authorization": f"Bearer {duty['token']}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid4()),
    }
    async with Connection(port) as connection:
        body = submission_body(duty, reason="Đo phục hồi")
        answer = await connection.post(f"/api/v1/obligations/{duty['id']}/submissions", headers, body)
    if answer.status != 201:
        raise RuntimeError(f"{answer.status}: {answer.body[:300]!r}")
    return duty["id"], json.loads(answer.body)["revision"]


async def _until(holds: Callable[[], Awaitable[bool]], seconds: float) -> float:
    """The instant (monotonic) at which it was first seen to hold."""
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(POLL_SECONDS)
    return time.monotonic()


async def _moved(engine: AsyncEngine, before: int) -> bool:
    async with engine.connect() as connection:
        return bool((await connection.execute(_LEFT)).one().sequence > before)


async def _empty(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        return not (await connection.execute(_LEFT)).one().waiting


async def _shown(engine: AsyncEngine, made: Sequence[tuple[str, int]]) -> bool:
    async with engine.connect() as connection:
        for id_, revision in made:
            if (await connection.scalar(_SHOWN, {"id": id_}) or 0) < revision:
                return False
    return True
