"""Freshness: from the HTTP 201 to the new provincial value, at 100 submissions a second.

The floor is the same journey with nothing to do on the way: a record produced to Kafka, read by a bare consumer that
inserts one row into PostgreSQL. Both are seen by polling the database every 5 ms.
"""

import asyncio
import json
import time
from itertools import cycle
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tests.bench.load import Answered, Connection, percentile
from tests.bench.subject import Subject, submission_body
from tiendo_local.servers import topics

PER_SECOND = 100
SECONDS = 10
WARM_UP_SECONDS = 3
POLL_SECONDS = 0.005
TOPIC = "bench.floor"

# By keys alone: what is asked every 5 ms must not be the load that is measured.
_SEEN = sa.text(
    "select obligation_id::text, received_revision from obligation "
    "where obligation_id = any(:ids) and received_revision is not null"
).bindparams(sa.bindparam("ids", type_=ARRAY(sa.Uuid)))


async def measure(subject: Subject) -> dict[str, Any]:
    system = subject.system
    subject.start_services()
    duties = await subject.duties(28)
    engine = create_async_engine(system.databases["aggregation"])
    try:
        await _ours(system.ports["submissions"], duties, engine, seconds=WARM_UP_SECONDS)
        ours = await _ours(system.ports["submissions"], duties, engine, seconds=SECONDS)
    finally:
        await engine.dispose()
    system.postgres.create_database("floor")
    bare = create_async_engine(system.postgres.url("floor", driver="+asyncpg"))
    try:
        floor = await _floor(system.broker.bootstrap, system.broker.idempotent, bare)
    finally:
        await bare.dispose()
    return {
        "what": f"freshness, ms from 201 to the province's value at {PER_SECOND}/s, p50",
        "ours": percentile(ours, 0.5) * 1000,
        "floor": percentile(floor, 0.5) * 1000,
        "ratio": percentile(ours, 0.5) / percentile(floor, 0.5),
        "p99": percentile(ours, 0.99) * 1000,
        "floor_p99": percentile(floor, 0.99) * 1000,
        "bar": "p50 ≤ 50, p99 ≤ 150 ms",
    }


async def _ours(port: int, duties: list[dict[str, Any]], engine: AsyncEngine, *, seconds: int) -> list[float]:
    answered: dict[tuple[str, int], float] = {}
    begin = time.monotonic() + 0.2

    async def reporter(n: int, duty: dict[str, Any]) -> None:
        # Other figures each time: a report that says what is known moves no value.
        bodies = cycle(submission_body(duty, boys=boys, reason="Đo độ tươi") for boys in range(106, 118))
        async with Connection(port) as connection:
            for at in range(n, PER_SECOND * seconds, len(duties)):
                await asyncio.sleep(max(0.0, begin + at / PER_SECOND - time.monotonic()))
                headers = {
                    "Authorization": f"Bearer {duty['token']}",
                    "Content-Type": "application/json",
                    "Idempotency-Key": str(uuid4()),
                }
                answer: Answered = await connection.post(
                    f"/api/v1/obligations/{duty['id']}/submissions", headers, next(bodies)
                )
                if answer.status != 201:
                    raise RuntimeError(f"{answer.status}: {answer.body[:300]!r}")
                answered[duty["id"], json.loads(answer.body)["revision"]] = answer.at

    done = asyncio.gather(*(reporter(n, duty) for n, duty in enumerate(duties)))
    statement = _SEEN.bindparams(ids=[UUID(duty["id"]) for duty in duties])
    seen = await _watch(engine, statement, done, answered)
    return [max(0.0, _first(seen[duty], number) - at) for (duty, number), at in answered.items()]


async def _floor(bootstrap: str, idempotent: bool, engine: AsyncEngine) -> list[float]:
    await asyncio.to_thread(topics.create, bootstrap, [TOPIC], partitions=12)
    async with engine.begin() as tx:
        await tx.execute(sa.text("create table bench_floor (key text, number int)"))
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=idempotent)
    consumer = AIOKafkaConsumer(
        TOPIC, bootstrap_servers=bootstrap, group_id="floor", auto_offset_reset="earliest", enable_auto_commit=False
    )
    await producer.start()
    await consumer.start()
    sent: dict[tuple[str, int], float] = {}

    async def consume() -> None:
        while True:
            batches = await consumer.getmany(timeout_ms=50)
            rows = [json.loads(r.value) for records in batches.values() for r in records]
            if rows:
                async with engine.begin() as tx:
                    await tx.execute(sa.text("insert into bench_floor values (:key, :number)"), rows)
                await consumer.commit()

    async def produce() -> None:
        begin = time.monotonic() + 0.2
        for at in range(PER_SECOND * SECONDS):
            await asyncio.sleep(max(0.0, begin + at / PER_SECOND - time.monotonic()))
            key, number = str(at % 28), at // 28 + 1
            value = json.dumps({"key": key, "number": number}).encode()
            await producer.send_and_wait(TOPIC, value, key=key.encode())
            sent[key, number] = time.monotonic()

    consuming = asyncio.create_task(consume())
    try:
        while not consumer.assignment():
            await asyncio.sleep(0.1)
        statement = sa.text("select key, max(number) from bench_floor group by 1")
        seen = await _watch(engine, statement, asyncio.ensure_future(produce()), sent)
    finally:
        consuming.cancel()
        await producer.stop()
        await consumer.stop()
    return [max(0.0, _first(seen[key], number) - at) for (key, number), at in sent.items()]


Seen = dict[str, list[tuple[int, float]]]


async def _watch(
    engine: AsyncEngine, statement: sa.TextClause, done: asyncio.Future[Any], wanted: dict[tuple[str, int], float]
) -> Seen:
    """When each key's number was first seen to have grown, until everything wanted has been seen."""
    seen: Seen = {}
    deadline = time.monotonic() + SECONDS + 60
    async with engine.connect() as connection:
        while time.monotonic() < deadline:
            rows = (await connection.execute(statement)).all()
            await connection.rollback()
            now = time.monotonic()
            for key, number in rows:
                grown = seen.setdefault(key, [])
                if not grown or grown[-1][0] < number:
                    grown.append((number, now))
            if done.done():
                done.result()
                if all(key in seen and seen[key][-1][0] >= number for key, number in wanted):
                    return seen
            await asyncio.sleep(POLL_SECONDS)
    raise TimeoutError("not everything sent was seen")


def _first(grown: list[tuple[int, float]], number: int) -> float:
    return next(at for n, at in grown if n >= number)
