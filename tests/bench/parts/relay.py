"""The relay: events a second out of a full outbox, signed as in production, against a bare producer of the same bytes,
keys and topic."""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
import uvloop
from aiokafka import AIOKafkaProducer
from opentelemetry.context import Context
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import telemetry
from shared.database.engine import create_engine
from shared.events import SUBMISSIONS
from shared.messaging import Relay, messaging_tables, publish_each
from shared.messaging.relay.chain import GENESIS, number
from shared.settings import ServiceSettings
from tests.bench.events import received_event
from tests.bench.subject import Subject
from tiendo_local.system import System

EVENTS = 50_000
CHUNK = 1000
PRODUCTION_TRACE_RATIO = 0.1  # docker-compose.yml
MAX_BATCH_BYTES = 256 * 1024  # the relay's own; with aiokafka's 16 KiB the bare producer would be slower

Record = tuple[bytes, bytes]  # key, value


class BenchSettings(ServiceSettings):
    service: ClassVar[str] = "bench-relay"
    default_port: ClassVar[int] = 0


async def measure(subject: Subject) -> dict[str, Any]:
    """Nothing else of the system runs meanwhile but its PostgreSQL and its broker."""
    system = subject.system
    duties = await subject.duties(100)
    for child in system.services.values():
        child.stop(*subject.stop)
    settings = signing(BenchSettings, system, "relay")
    return await asyncio.to_thread(uvloop.run, compare(settings, duties))


def signing(kind: type[BenchSettings], system: System, database: str) -> BenchSettings:
    """Of a relay that signs, out of a new database of that name."""
    system.postgres.create_database(database)
    return kind(
        database_url=system.postgres.url(database, driver="+asyncpg"),
        environment="test",
        kafka_bootstrap_servers=system.broker.bootstrap,
        kafka_idempotent=system.broker.idempotent,
        event_signing_key_file=system.event_keys.key_file("submissions"),
    )


async def compare(settings: BenchSettings, duties: Sequence[dict[str, Any]], events: int = EVENTS) -> dict[str, Any]:
    """Drains one outbox traced as in production, then one of which every event is traced."""
    with tempfile.TemporaryDirectory(prefix="tiendo-spans-") as folder:
        telemetry.configure_tracing(settings.model_copy(update={"spans_dir": Path(folder)}))
        engine = create_engine(settings)
        try:
            metadata = sa.MetaData()
            messaging_tables(metadata)
            async with engine.begin() as tx:
                await tx.run_sync(metadata.create_all)
            records = await fill(engine, duties, events, PRODUCTION_TRACE_RATIO)
            ours = await drain(engine, settings, events)
            floor = await _bare(settings, records)
            await fill(engine, duties, events, 1.0)
            traced = await drain(engine, settings, events)
        finally:
            await engine.dispose()
    return {
        "what": f"relay, events/s out of an outbox of {events}, 1 in {1 / PRODUCTION_TRACE_RATIO:.0f} traced",
        "ours": ours,
        "floor": floor,
        "ratio": ours / floor,
        "bar": "≥ 0.25 and ≥ 10 000",
        "every_one_traced": traced,
        "bytes": sum(len(value) for _, value in records) / len(records),
    }


async def fill(engine: AsyncEngine, duties: Sequence[dict[str, Any]], events: int, ratio: float) -> list[Record]:
    """Write the events; returns what will be sent: a key and the bytes each."""
    records: list[Record] = []
    for begin in range(0, events, CHUNK):
        rows = [
            (received_event(duties[n % len(duties)], 2 + n // len(duties)), _cause(n, ratio))
            for n in range(begin, min(begin + CHUNK, events))
        ]
        async with engine.begin() as tx:
            await publish_each(tx, rows)
    prevhash = GENESIS
    async with engine.connect() as connection:
        for row in await connection.execute(sa.text("select key, value from outbox order by id")):
            numbered = number(row.value, len(records) + 1, prevhash)
            prevhash = numbered.hash
            records.append((row.key.encode(), numbered.body))
    return records


def _cause(n: int, ratio: float) -> Context:
    """A request's context, sampled or not."""
    sampled = "01" if n % round(1 / ratio) == 0 else "00"
    return telemetry.context_of(f"00-{n + 1:032x}-{n + 1:016x}-{sampled}")


async def drain(engine: AsyncEngine, settings: BenchSettings, events: int) -> float:
    """From the relay's start to the empty outbox."""
    relay = Relay(engine, settings, catalogue_version="c" * 64)
    begin = time.monotonic()
    running = asyncio.create_task(relay.run())
    try:
        async with asyncio.timeout(300), engine.connect() as connection:
            looking = await connection.execution_options(isolation_level="AUTOCOMMIT")
            while await looking.scalar(sa.text("select exists (select from outbox)")):
                await asyncio.sleep(0.05)
        return events / (time.monotonic() - begin)
    finally:
        relay.stop()
        await running


async def _bare(settings: BenchSettings, records: Sequence[Record]) -> float:
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        acks="all",
        enable_idempotence=settings.kafka_idempotent,
        max_batch_size=MAX_BATCH_BYTES,
    )
    begin = time.monotonic()
    await producer.start()
    try:
        await asyncio.gather(*[await producer.send(SUBMISSIONS, value, key=key) for key, value in records])
        return len(records) / (time.monotonic() - begin)
    finally:
        await producer.stop()
