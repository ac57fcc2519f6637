"""From Kafka to the value and back to Kafka, with what goes wrong on the way."""

import asyncio
import random
import time

import pytest
import sqlalchemy as sa
from aiokafka import AIOKafkaProducer
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.settings import AggregationSettings
from aggregation.worker import create_worker
from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import EventWriter, record_of
from services.aggregation.tests.drivers.projection import Projection
from services.aggregation.tests.test_recomputation import compare, random_history
from shared.catalogue import Catalogue
from shared.events import INDICATORS, SUBMISSIONS, Event
from shared.messaging import BatchConsumer
from tests.support.relay_head import set_ahead
from tiendo_local.servers import topics as kafka_topics
from tiendo_local.servers.broker import Broker


async def test_two_workers_at_once_reach_the_same_totals(
    engine: AsyncEngine, projection: Projection, catalogue: Catalogue
) -> None:
    """Two partitions meet in the cells of the root; the lock keeps their sums apart."""
    rng = random.Random(7)
    writer, events = random_history(catalogue, rng, 60)
    rng.shuffle(events)
    batches = [events[start : start + 25] for start in range(0, len(events), 25)]

    async def work(mine: list[list[object]]) -> None:
        for batch in mine:
            await projection.deliver(batch)  # type: ignore[arg-type]

    await asyncio.gather(*(work(batches[n::3]) for n in range(3)))  # type: ignore[arg-type]
    await compare(engine, catalogue, writer)


@pytest.mark.parametrize("ahead", [True, False])
async def test_a_poison_event_does_not_hold_the_others_up(
    engine: AsyncEngine, projection: Projection, catalogue: Catalogue, ahead: bool
) -> None:
    """Whether the gist of each event was taken when it was decoded, or not."""
    writer = EventWriter(catalogue)
    o, opened = writer.open("B12-NGHE", "SO_GDDT", "2026")
    good = writer.submit(o, {"n_vet_new_total": 10, "n_vet_new_female": 4})
    poison = opened.model_copy(
        update={"id": "poison", "data": opened.data.model_copy(update={"form": "B99", "obligation_id": o.ids[0]})}
    )
    gist_of = projection.aggregator.gist if ahead else None
    consumer = BatchConsumer(engine, "aggregation", projection.aggregator.apply, gist_of=gist_of)
    await consumer.consume([record_of(event, n) for n, event in enumerate([opened, poison, good, good])])
    assert (await projection.value("5.3", "2026")).value == 40
    async with engine.connect() as tx:
        letters = (await tx.execute(sa.text("select event_id, reason from dead_letter"))).all()
    assert [letter.event_id for letter in letters] == ["poison"] and "B99" in letters[0].reason


async def test_a_batch_is_one_commit_with_what_it_tells(
    engine: AsyncEngine, projection: Projection, catalogue: Catalogue
) -> None:
    writer = EventWriter(catalogue)
    events = writer.open_period("2026", ["B01-XA"])
    events += [writer.submit(o, commune_answer()) for o in writer.obligations for _ in range(3)]
    commits: list[object] = []

    def on_commit(connection: sa.Connection) -> None:
        commits.append(connection)

    sa.event.listen(engine.sync_engine, "commit", on_commit)
    try:
        consumer = BatchConsumer(engine, "aggregation", projection.aggregator.apply)
        await consumer.consume([record_of(event, n) for n, event in enumerate(events)])
    finally:
        sa.event.remove(engine.sync_engine, "commit", on_commit)
    assert len(commits) == 1
    assert await projection.published(), "in the same transaction"


async def test_through_kafka(engine: AsyncEngine, projection: Projection, broker: Broker, catalogue: Catalogue) -> None:
    """The worker as it is started: reads submissions.v1, changes the value, publishes it on indicators.v1."""
    existing = [name for name in (SUBMISSIONS, INDICATORS)]
    await asyncio.to_thread(kafka_topics.create, broker.bootstrap, existing, partitions=12)
    settings = AggregationSettings(
        database_url=engine.url.render_as_string(hide_password=False),
        environment="test",
        kafka_bootstrap_servers=broker.bootstrap,
        kafka_idempotent=broker.idempotent,
    )
    writer = EventWriter(catalogue)
    o, opened = writer.open("B01-XA", "24736@2025-07-01", "2026")
    events = [writer.submit(o, commune_answer()), opened]
    worker = create_worker(settings)
    await set_ahead(worker.engine, "/aggregation")
    await worker.start()
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
    await producer.start()
    try:
        for event in [*events, *events]:
            await producer.send_and_wait(SUBMISSIONS, event.to_bytes(), key=event.subject.encode())
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not await settled(engine, events):
            await asyncio.sleep(0.1)
        assert (await projection.value("6.1", "2026")).value == 40
        assert await settled(engine, events), "the relay has sent what was published"
    finally:
        await producer.stop()
        await worker.stop()


async def settled(engine: AsyncEngine, events: list[Event]) -> bool:
    """These events are in (other tests use the topic, too) and everything published is out."""
    async with engine.connect() as tx:
        query = "select count(*) = :n and not exists (select 1 from outbox) from inbox where event_id = any(:ids)"
        rows = await tx.execute(sa.text(query), {"n": len(events), "ids": [event.id for event in events]})
        return bool(rows.scalar_one())
