"""Aggregation: events a second from the topic into committed cells and indicators, against a bare batch consumer."""

import asyncio
import json
import statistics
import time
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from aiokafka import AIOKafkaConsumer
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.events import SUBMISSIONS
from tests.bench.subject import Subject

_BATCHES = sa.text("select received_at, count(*) as events from inbox group by received_at order by received_at")


async def measure(subject: Subject) -> dict[str, Any]:
    """What intake left in the outbox is relayed first. The floor then reads the whole topic, ours what intake left.

    The floor is measured before and after. Ours traces every event that intake traced.
    """
    system = subject.system
    if any(child.alive for child in system.services.values()):
        raise RuntimeError("aggregation reads what intake left, when all services were stopped: measure intake, too")
    system.restart("submissions")
    total = await _relayed(subject)
    floors = [await _bare(system.broker.bootstrap, total)]
    engine = create_async_engine(system.databases["aggregation"])
    try:
        async with engine.begin() as tx:  # what the service applied before intake was measured is not part of it
            applied = (await tx.execute(sa.text("delete from inbox"))).rowcount
        system.restart("aggregation")
        rate = await _ours(engine, total - applied)
    finally:
        await engine.dispose()
    system.services["aggregation"].stop(*subject.stop)
    floors.append(await _bare(system.broker.bootstrap, total))
    floor = statistics.mean(floors)
    return {
        "what": f"aggregation, events/s of {total} submissions to 28 communes",
        "ours": rate,
        "floor": floor,
        "ratio": rate / floor,
        "bar": "≥ 0.45",
        "floors": [round(f) for f in floors],
        "trace_ratio": system.environments["aggregation"].get("TIENDO_TRACE_RATIO", "1"),
    }


async def _relayed(subject: Subject) -> int:
    engine = create_async_engine(subject.system.databases["submissions"])
    try:
        async with engine.connect() as connection, asyncio.timeout(300):
            while await connection.scalar(sa.text("select count(*) from outbox")):
                await connection.rollback()
                await asyncio.sleep(0.2)
            return int(await connection.scalar(sa.text("select sum(version) from obligation")) or 0)
    finally:
        await engine.dispose()


async def _bare(bootstrap: str, total: int) -> float:
    """Read, decode the JSON, commit the offsets: events a second."""
    consumer = AIOKafkaConsumer(
        SUBMISSIONS,
        bootstrap_servers=bootstrap,
        group_id=f"floor-{uuid4()}",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=100,
        max_partition_fetch_bytes=4 * 2**20,
    )
    await consumer.start()
    seen, begin, first = 0, 0.0, 0
    try:
        async with asyncio.timeout(120):
            while seen < total:
                batches = await consumer.getmany(timeout_ms=50, max_records=500)
                for records in batches.values():
                    seen += len([json.loads(record.value) for record in records])
                if batches:
                    await consumer.commit()
                if seen and not begin:
                    begin, first = time.monotonic(), seen
        return (seen - first) / (time.monotonic() - begin)
    finally:
        await consumer.stop()


async def _ours(engine: AsyncEngine, unread: int) -> float:
    """From the beginning of the second batch to that of the last; the first one warms up."""
    async with asyncio.timeout(300), engine.connect() as connection:
        while await connection.scalar(sa.text("select count(*) from inbox")) < unread:
            await connection.rollback()
            await asyncio.sleep(0.5)
    return await _rate(engine)


async def _rate(engine: AsyncEngine) -> float:
    async with engine.connect() as connection:
        _, *batches, last = (await connection.execute(_BATCHES)).all()
    return float(sum(b.events for b in batches) / (last.received_at - batches[0].received_at).total_seconds())
