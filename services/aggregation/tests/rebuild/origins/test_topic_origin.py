"""The topic as origin."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.commands.aggregate import Aggregator
from aggregation.rebuild.topic_origin import TopicOrigin
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from services.aggregation.tests.drivers.event_writer import record_of
from services.aggregation.tests.rebuild.driver import rebuild_from, run
from services.aggregation.tests.rebuild.test_origin import DEEP
from shared.clock import Clock
from shared.events import Event
from shared.messaging import BatchConsumer
from tiendo_local.servers.broker import Broker


async def test_from_the_topic(
    engine: AsyncEngine,
    plan: PlanIndex,
    history: list[Event],
    broker: Broker,
    topics: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random.Random(3).shuffle(history)
    topic = topics("submissions")
    settings = AggregationSettings(
        database_url=engine.url.render_as_string(hide_password=False),
        environment="test",
        kafka_bootstrap_servers=broker.bootstrap,
    )
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
        sent = [await producer.send(topic, event.to_bytes(), key=event.subject.encode()) for event in history]
        await asyncio.gather(*sent)
    async with TopicOrigin(settings, topic) as origin:
        result = await rebuild_from(engine, plan, origin, swap=True)
    assert result.rebuilt.equal and result.rebuilt.swapped and result.rebuilt.origin == "topic"
    assert result.rebuilt.events == len(history)
    if not broker.idempotent:
        return  # Tansu deletes no records
    monkeypatch.setattr("aggregation.rebuild.run.CATCH_UP_SECONDS", 1)
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(before_offset=10)})
    finally:
        await admin.close()
    async with TopicOrigin(settings, topic) as origin:
        assert not origin.complete
        result = await rebuild_from(engine, plan, origin, swap=True)
        assert not result.rebuilt.swapped and not result.rebuilt.equal and "no longer" in (result.refused or "")
    assert len(await run(engine, "select 1 from rebuild where origin = 'topic'")) == 2


async def test_hostile_bytes_on_the_topic(
    engine: AsyncEngine, plan: PlanIndex, history: list[Event], broker: Broker, topics: Callable[[str], str]
) -> None:
    """Live has made it a dead letter; so does the rebuild."""
    consumer = BatchConsumer(engine, "aggregation", Aggregator(plan, Clock()).apply)
    await consumer.consume([replace(record_of(history[0]), value=DEEP, serialized_value_size=len(DEEP))])
    assert len(await run(engine, "select 1 from dead_letter where event_id is null")) == 1
    topic = topics("submissions")
    url = engine.url.render_as_string(hide_password=False)
    settings = AggregationSettings(database_url=url, environment="test", kafka_bootstrap_servers=broker.bootstrap)
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
        values = [DEEP, *(event.to_bytes() for event in history)]
        await asyncio.gather(*[await producer.send(topic, value) for value in values])
    async with TopicOrigin(settings, topic) as origin:
        result = await rebuild_from(engine, plan, origin, swap=True)
    assert result.rebuilt.equal and result.rebuilt.swapped, result.refused
