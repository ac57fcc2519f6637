"""A worker whose database was restored from a backup, on a real broker: it notices, reads nothing, can be healed."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from pydantic import SecretStr

from shared.database.engine import create_engine
from shared.events import Event
from shared.messaging import ServiceWorker
from shared.messaging.restore.rewind import LACKING, WELL, _rewind
from tests.support.databases import OWNER
from tiendo_local.servers.broker import Broker
from tiendo_local.servers.postgres import Postgres

from ..conftest import ProbeSettings, ServiceProbe, an_event
from ..workers import a_group, a_worker, settings_of, until


@dataclass(frozen=True)
class Stage:
    """A service that has consumed `before`, was backed up, and then `after`: its database as it is, and restored."""

    whole: ServiceProbe
    restored: ServiceProbe
    settings: ProbeSettings
    topic: str
    before: list[Event]
    after: list[Event]

    def worker(self) -> ServiceWorker:
        return a_worker(self.restored, self.settings, self.topic)

    async def setbacks(self) -> list[str]:
        return [row.side for row in await self.restored.rows("select side from setback order by side")]

    async def rewind(self, *, apply: bool) -> int:
        return await _rewind(self.settings, apply=apply, accept_loss=False)


async def send(broker: Broker, topic: str, events: list[Event]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
    await producer.start()
    try:
        for number, event in enumerate(events):
            await producer.send_and_wait(topic, event.to_bytes(), partition=number % 2)
    finally:
        await producer.stop()


async def consume(probe: ServiceProbe, settings: ProbeSettings, topic: str, events: list[Event]) -> None:
    worker = a_worker(probe, settings, topic)
    async with running(worker):
        await until(lambda: _applied(probe, events))


async def _applied(probe: ServiceProbe, events: list[Event]) -> bool:
    return {event.id for event in events} <= set(await probe.effects())


@asynccontextmanager
async def running(worker: ServiceWorker) -> AsyncIterator[ServiceWorker]:
    await worker.start()
    try:
        yield worker
    finally:
        await worker.stop()


@pytest.fixture
async def stage(
    probe: ServiceProbe, broker: Broker, topics: Callable[..., str], postgres: Postgres, unique: Callable[[str], str]
) -> AsyncIterator[Stage]:
    if not broker.idempotent:
        pytest.skip("Tansu keeps nothing to compare with; a Java 17 is missing")
    topic, group = topics("went-back", partitions=2), a_group()
    settings = settings_of(probe, broker, group)
    before, after = [an_event() for _ in range(4)], [an_event() for _ in range(6)]
    await send(broker, topic, before)
    await consume(probe, settings, topic, before)
    await probe.engine.dispose()  # a copy is made while nobody is connected
    backup, name = f"{unique('backup')}", probe.settings.database().database
    postgres.create_database(backup, owner=OWNER, template=name)
    backup = postgres.url(backup, role=OWNER, driver="+asyncpg")
    await send(broker, topic, after)
    await consume(probe, settings, topic, after)
    restored_settings = settings.model_copy(update={"database_url": SecretStr(backup)})
    engine = create_engine(restored_settings)
    yield Stage(probe, replace(probe, engine=engine), restored_settings, topic, before, after)
    await engine.dispose()


async def test_a_restored_database_is_noticed_and_healed(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the check its worker would go on behind what the database lacks, with all lights green, for ever."""
    worker = stage.worker()
    async with running(worker):
        await until(stage.setbacks, 30)
        assert await stage.setbacks() == ["consumer"]
        assert len(await stage.restored.effects()) == len(stage.before)
        assert worker.stuck() is None and worker.waiting() is None

        assert await stage.rewind(apply=False) == LACKING
        assert "3 to read again" in capsys.readouterr().out
        assert await stage.setbacks() == ["consumer"]

        assert await stage.rewind(apply=True) == WELL
        await until(lambda: _applied(stage.restored, stage.after), 30)
    assert await stage.setbacks() == []
    assert sorted(await stage.restored.effects()) == sorted(one.id for one in [*stage.before, *stage.after])
    assert await stage.rewind(apply=False) == WELL


async def test_what_comes_after_the_restore_waits_until_it_is_healed(stage: Stage, broker: Broker) -> None:
    late = [an_event() for _ in range(4)]
    worker = stage.worker()
    async with running(worker):
        await send(broker, stage.topic, late)
        await until(stage.setbacks, 30)
        assert await stage.rewind(apply=True) == WELL
        await until(lambda: _applied(stage.restored, [*stage.after, *late]), 30)
    effects = await stage.restored.effects()
    assert len(effects) == len(set(effects)) == 14


async def test_what_is_gone_from_kafka_stays_told_until_somebody_has_dealt_with_it(
    stage: Stage, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    """A backup older than what topics keep: rewound and green, it would lack the rest for ever."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    await admin.delete_records({TopicPartition(stage.topic, 0): RecordsToDelete(before_offset=4)})
    await admin.close()
    async with running(stage.worker()):
        await until(stage.setbacks, 30)
        assert await stage.rewind(apply=True) == LACKING
        assert "of which 2 are gone from Kafka" in capsys.readouterr().out
        await until(lambda: _applied(stage.restored, stage.after[1::2]), 30)
        assert await stage.setbacks() == ["gone"]
        assert await _rewind(stage.settings, apply=False, accept_loss=True) == WELL
    assert await stage.setbacks() == [] and len(await stage.restored.effects()) == 8


async def test_a_worker_that_was_killed_is_not_taken_for_a_restored_one(stage: Stage) -> None:
    """The whole database: what the group has read is what it holds."""
    worker = a_worker(stage.whole, stage.settings, stage.topic)
    async with running(worker):
        await until(lambda: _checked(worker), 30)
        assert await stage.whole.rows("select side from setback") == []


async def _checked(worker: ServiceWorker) -> bool:
    assert worker._subscription is not None
    return worker._subscription.positions.checked
