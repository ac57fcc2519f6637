"""Growth: the time of an event where ten thousand facts are kept and where a million are, batch by batch in turns.

Both databases hold the same year of reports, and copies of it in other years: every row of every table of aggregation,
so that each index is as deep and as wide as it would be, and no sum is longer.
"""

import random
import statistics
import time
from typing import Any

import sqlalchemy as sa
from aiokafka import ConsumerRecord
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.commands.aggregate import Aggregator
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from aggregation.store.tables import cell, fact, indicator_history, indicator_value, obligation, revision
from services.aggregation.tests.drivers.event_writer import EventWriter, record_of
from services.aggregation.tests.test_recomputation import answer_for
from shared.catalogue import load
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.database.migration import migrate
from shared.messaging import BatchConsumer
from tests.bench.subject import Subject

YEAR = "2026"
FACTS = {"small": 10_000, "large": 1_000_000}
ROUNDS = 12
SIZES = {"a batch of 500 events": 500, "a batch of 2 events": 2}


async def measure(subject: Subject) -> list[dict[str, Any]]:
    """Medians over the rounds; which database is first changes from round to round."""
    postgres = subject.system.postgres
    for child in subject.system.services.values():
        child.stop(*subject.stop)
    engines: dict[str, AsyncEngine] = {}
    for name in ("small", "large"):
        postgres.create_database(name)
        url = postgres.url(name, driver="+asyncpg")
        migrate(url, "aggregation")
        engines[name] = create_engine(
            AggregationSettings(database_url=url, environment="test"), statement_timeout_ms=600_000
        )
    try:
        return await _measure(engines)
    finally:
        for engine in engines.values():
            await engine.dispose()


async def _measure(engines: dict[str, AsyncEngine]) -> list[dict[str, Any]]:
    plan, rng = PlanIndex(load()), random.Random(1)
    writer = EventWriter(plan.catalogue)
    aggregator = Aggregator(plan, Clock())
    consumers = {
        n: BatchConsumer(e, "aggregation", aggregator.apply, gist_of=aggregator.gist) for n, e in engines.items()
    }

    def reports(n: int) -> list[ConsumerRecord]:
        chosen = [rng.choice(writer.obligations) for _ in range(n)]
        return [record_of(writer.submit(o, answer_for(plan.catalogue, o.form, rng))) for o in chosen]

    opened = [record_of(event) for event in writer.open_period(YEAR)]
    first = [record_of(writer.submit(o, answer_for(plan.catalogue, o.form, rng))) for o in writer.obligations]
    for consumer in consumers.values():
        await consumer.consume(opened)
        await consumer.consume(first)
    year = await _facts(engines["small"])
    for name, wanted in FACTS.items():
        await _multiply(engines[name], wanted // year)
    facts = {name: await _facts(engine) for name, engine in engines.items()}
    measured = []
    for what, size in SIZES.items():
        took: dict[str, list[float]] = {name: [] for name in consumers}
        for round_ in range(ROUNDS + 2):
            records = reports(size)
            for name in sorted(consumers, reverse=bool(round_ % 2)):
                begin = time.perf_counter()
                await consumers[name].consume(records)
                if round_ > 1:
                    took[name].append((time.perf_counter() - begin) / size * 1e6)
        ours, floor = statistics.median(took["large"]), statistics.median(took["small"])
        measured.append(
            {
                "what": f"growth, µs an event in {what}, {facts['large']:,} against {facts['small']:,} facts",
                "ours": ours,
                "floor": floor,
                "ratio": ours / floor,
                "bar": "≤ 1.2",
            }
        )
    return measured


async def _facts(engine: AsyncEngine) -> int:
    async with engine.connect() as tx:
        return int(await tx.scalar(sa.select(sa.func.count()).select_from(fact)) or 0)


async def _multiply(engine: AsyncEngine, copies: int) -> None:
    """The same rows in other years, which no catalogue knows: their ids follow from the row's and the copy's number."""
    changed = {"period": "(1000 + copy)::text || '-' || period"}
    for id_ in ("obligation_id", "source", "submission_id"):
        changed[id_] = f"md5({id_}::text || copy)::uuid"
    for table in (obligation, revision, fact, cell, indicator_value, indicator_history):
        names = [column.name for column in table.columns if column.identity is None]
        values = ", ".join(changed.get(name, name) for name in names)
        copied = f"insert into {table.name} ({', '.join(names)}) select {values} from {table.name}"
        async with engine.begin() as tx:
            await tx.execute(sa.text(f"{copied}, generate_series(1, :copies) as copy"), {"copies": copies - 1})
    async with engine.begin() as tx:
        await tx.execute(
            sa.text("insert into inbox (event_id) select 'copied-' || n from generate_series(1, :events) as n"),
            {"events": 100 * copies},
        )
    async with engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(sa.text("vacuum analyze"))
