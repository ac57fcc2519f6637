"""`python -m aggregation replay` as ops runs it: from the audit service over HTTP, from the topic, killed half-way."""

import asyncio
import os
import random
import re
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.commands.aggregate import Aggregator
from aggregation.rebuild.log_origin import LogOrigin
from aggregation.rebuild.topic_origin import TopicOrigin
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from aggregation.store.checksum import checksum
from audit.settings import AuditSettings
from audit.worker import log_events
from services.aggregation.tests.conftest import Desk, record_of
from services.aggregation.tests.test_rebuild import TAMPERED, rebuild_from, run, some_history
from services.aggregation.tests.test_signature import DEEP
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.events import Event
from shared.messaging import BatchConsumer
from tiendo_local.issuer import Issuer
from tiendo_local.servers.broker import Broker


class System:
    """The audit service as a process, its log, and the command beside it."""

    def __init__(self, environment: dict[str, str], log: AsyncEngine) -> None:
        self.environment = environment
        self._log = log

    async def keep(self, events: list[Event]) -> None:
        consumer = BatchConsumer(self._log, "audit", log_events(Clock()))
        await consumer.consume([record_of(event, n) for n, event in enumerate(events)])

    async def start(self, *arguments: str) -> Process:
        command = ("-m", "aggregation", "replay", *arguments)
        return await asyncio.create_subprocess_exec(
            sys.executable, *command, env=self.environment, stdout=PIPE, stderr=PIPE
        )

    async def replay(self, *arguments: str) -> tuple[int | None, str, str]:
        """Exit code, standard output, standard error."""
        process = await self.start(*arguments)
        out, err = await process.communicate()
        return process.returncode, out.decode(), err.decode()


@pytest.fixture
async def system(
    engine: AsyncEngine, database: Callable[..., str], migrated: Callable[[str], str], tmp_path: Path
) -> AsyncIterator[System]:
    issuer = Issuer(tmp_path / "issuer")
    url = database("audit", template=migrated("audit"))
    log = create_engine(AuditSettings(database_url=url, environment="test"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "ENVIRONMENT": "test",
        "JWKS_FILE": str(issuer.jwks_file),
        "AUDIT_DATABASE_URL": url,
        "AUDIT_PORT": str(port),
        "AUDIT_URL": f"http://127.0.0.1:{port}",
        "AUDIT_TOKEN": issuer.token("ops", "DAK_NONG"),
        "AGGREGATION_DATABASE_URL": engine.url.render_as_string(hide_password=False),
    }
    with (tmp_path / "audit.log").open("wb") as output:
        api = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "audit", "api", env=environment, stdout=output, stderr=output
        )
    try:
        await _ready(environment["AUDIT_URL"])
        yield System(environment, log)
    finally:
        api.terminate()
        await api.wait()
        await log.dispose()


async def _ready(url: str) -> None:
    deadline = time.monotonic() + 60
    async with httpx.AsyncClient() as client:
        while time.monotonic() < deadline:
            try:
                if (await client.get(url + "/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise TimeoutError(url)


async def live_checksum(engine: AsyncEngine) -> str:
    async with engine.connect() as tx:
        return (await checksum(tx)).sha256


@pytest.mark.timeout(600)
async def test_from_the_audit_log(system: System, engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue) -> None:
    events = await some_history(engine, plan, catalogue)
    await system.keep(events)
    before = await live_checksum(engine)

    killed = await system.start("--from-log", "--swap")
    while not await run(engine, "select 1 from pg_namespace where nspname = 'shadow'"):
        assert killed.returncode is None
        await asyncio.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    await killed.communicate()
    assert killed.returncode == -signal.SIGKILL and await live_checksum(engine) == before
    assert not await run(engine, "select 1 from rebuild")

    code, out, err = await system.replay("--from-log", "--by", "somebody")
    assert code == 0 and "equal     yes" in out and f"{len(events):,} events" in out and before in out, err
    assert "events applied" in err and not await run(engine, "select 1 from pg_namespace where nspname = 'shadow'")

    await run(engine, TAMPERED["fact"])
    code, out, _ = await system.replay("--from-log")
    assert code == 1 and "equal     NO" in out and "\nfact " in out and "\n  rebuilt (" in out
    code, out, err = await system.replay("--from-log", "--swap")
    assert code == 1 and "swapped   yes" in out, err
    assert await live_checksum(engine) == before
    by = [row[0] for row in await run(engine, "select started_by from rebuild order by finished_at")]
    assert len(by) == 3 and by[0] == "somebody"


async def test_without_a_right_token(system: System, engine: AsyncEngine) -> None:
    system.environment["AUDIT_TOKEN"] = "not-a-token"
    code, out, err = await system.replay("--from-log")
    assert (code, out) == (3, "") and "401" in err and "not-a-token" not in err
    system.environment["AGGREGATION_DATABASE_URL"] = "postgresql+asyncpg://nobody@127.0.0.1:1/none"
    code, out, err = await system.replay("--from-log")
    assert (code, out) == (3, "") and "Traceback" in err
    del system.environment["AUDIT_TOKEN"]
    code, _, err = await system.replay("--from-log")
    assert code == 3 and "AUDIT_TOKEN" in err
    code, _, err = await system.replay("--from-moon")
    assert code == 2 and "--from-log" in err


async def test_from_the_topic(
    engine: AsyncEngine,
    plan: PlanIndex,
    catalogue: Catalogue,
    broker: Broker,
    topics: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events = await some_history(engine, plan, catalogue)
    random.Random(3).shuffle(events)
    topic = topics("submissions")
    settings = AggregationSettings(
        database_url=engine.url.render_as_string(hide_password=False),
        environment="test",
        kafka_bootstrap_servers=broker.bootstrap,
    )
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
        sent = [await producer.send(topic, event.to_bytes(), key=event.subject.encode()) for event in events]
        await asyncio.gather(*sent)
    async with TopicOrigin(settings, topic) as origin:
        result = await rebuild_from(engine, plan, origin, swap=True)
    assert result.rebuilt.equal and result.rebuilt.swapped and result.rebuilt.origin == "topic"
    assert result.rebuilt.events == len(events)
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
    engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue, broker: Broker, topics: Callable[[str], str]
) -> None:
    """Live has made it a dead letter; so does the rebuild."""
    events = await some_history(engine, plan, catalogue)
    consumer = BatchConsumer(engine, "aggregation", Aggregator(plan, Clock()).apply)
    await consumer.consume([replace(record_of(events[0]), value=DEEP, serialized_value_size=len(DEEP))])
    assert len(await run(engine, "select 1 from dead_letter where event_id is null")) == 1
    topic = topics("submissions")
    url = engine.url.render_as_string(hide_password=False)
    settings = AggregationSettings(database_url=url, environment="test", kafka_bootstrap_servers=broker.bootstrap)
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
        values = [DEEP, *(event.to_bytes() for event in events)]
        await asyncio.gather(*[await producer.send(topic, value) for value in values])
    async with TopicOrigin(settings, topic) as origin:
        result = await rebuild_from(engine, plan, origin, swap=True)
    assert result.rebuilt.equal and result.rebuilt.swapped, result.refused


@pytest.mark.parametrize("time", ["1763960400", '"2026-11-24T05:00:00"', "9" * 5000])
async def test_odd_times_in_the_log(engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue, time: str) -> None:
    """Logged by a program that took them: applied again or, where this one does not take them, named as lost."""
    events = await some_history(engine, plan, catalogue)
    _, opened = Desk(catalogue).open("B12-NGHE", "SO_GDDT", "2026")
    await BatchConsumer(engine, "aggregation", Aggregator(plan, Clock()).apply).consume([record_of(opened)])
    odd = re.sub(rb'"time":"[^"]*"', b'"time":' + time.encode(), opened.to_bytes())
    body = b"[" + b",".join([odd, *(event.to_bytes() for event in events)]) + b"]"

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, content=b"[]" if "after" in request.url.params else body, headers={"Tiendo-Size": str(len(events) + 1)}
        )

    async with httpx.AsyncClient(base_url="http://log", transport=httpx.MockTransport(answer)) as client:
        result = await rebuild_from(engine, plan, LogOrigin(client, "submissions.v1"), swap=True)
    if result.rebuilt.equal:
        assert result.rebuilt.swapped, result.refused
    else:
        assert result.compared.letters.only_rebuilt == {opened.id} and "would be lost" in (result.refused or "")
