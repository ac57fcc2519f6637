"""Kafka as docker-compose.yml runs it, with TLS, a user per service and ACLs: what each may do, what is said else."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa
from aiokafka.errors import TopicAuthorizationFailedError
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

import aggregation.worker
import submissions.worker
from aggregation.rebuild.topic_origin import TopicOrigin
from aggregation.settings import AggregationSettings
from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import EventWriter
from shared.catalogue import Catalogue
from shared.database.engine import create_engine
from shared.events import INDICATORS, SUBMISSIONS, Event
from shared.messaging import ServiceWorker, publish
from shared.messaging.kafka import clients
from shared.messaging.kafka.group_lag import group_lag
from shared.messaging.kafka.refusal import connection_refusal
from shared.settings import KafkaSettings, ServiceSettings
from submissions.settings import SubmissionsSettings
from tests.support.relay_head import set_ahead
from tests.support.secured_kafka import SecuredKafka
from tiendo_local.commands.consumer_lag import consumer_lag
from tiendo_local.console import LocalFault
from tiendo_local.servers import topics as kafka_topics
from tiendo_local.servers.broker import Broker

SECONDS = 45
SASL = {"kafka_sasl_mechanism", "kafka_username", "kafka_password_file"}


@pytest.fixture
def submissions_settings(
    secured: SecuredKafka, database: Callable[..., str], migrated: Callable[[str], str]
) -> SubmissionsSettings:
    url = database("submissions", template=migrated("submissions"))
    return SubmissionsSettings(database_url=url, environment="test", **secured.settings("submissions"))


@pytest.fixture
def aggregation_settings(
    secured: SecuredKafka, database: Callable[..., str], migrated: Callable[[str], str]
) -> AggregationSettings:
    url = database("aggregation", template=migrated("aggregation"))
    return AggregationSettings(database_url=url, environment="test", **secured.settings("aggregation"))


@pytest_asyncio.fixture(loop_scope="session")
async def engine_of() -> AsyncIterator[Callable[[ServiceSettings], AsyncEngine]]:
    made: list[AsyncEngine] = []

    def make(settings: ServiceSettings) -> AsyncEngine:
        made.append(create_engine(settings, pool_size=2))
        return made[-1]

    yield make
    for engine in made:
        await engine.dispose()


async def until(holds: Callable[[], Awaitable[Any]]) -> Any:
    deadline = time.monotonic() + SECONDS
    while not (found := await holds()):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    return found


async def write(engine: AsyncEngine, *events: Event) -> None:
    async with engine.begin() as tx:
        await publish(tx, *events)


def ages(worker: ServiceWorker) -> dict[str, float | None]:
    """What liveness judges by; None: nothing to judge."""
    return {probe.name: probe.age for probe in worker.probes()}


def count(engine: AsyncEngine, table: str) -> Callable[[], Awaitable[int]]:
    async def counted() -> int:
        async with engine.connect() as connection:
            return int(await connection.scalar(sa.text(f"select count(*) from {table}")) or 0)

    return counted


async def test_each_service_writes_its_own_topics_and_reads_what_it_hears(
    submissions_settings: SubmissionsSettings,
    aggregation_settings: AggregationSettings,
    engine_of: Callable[[ServiceSettings], AsyncEngine],
    catalogue: Catalogue,
    secured: SecuredKafka,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From the outbox of submissions to a value and its event, then by the tools, with the user of aggregation."""
    writer = EventWriter(catalogue)
    o, opened = writer.open("B01-XA", "24736@2025-07-01", "2026")
    source, sink = engine_of(submissions_settings), engine_of(aggregation_settings)
    await write(source, opened, writer.submit(o, commune_answer()))
    workers = [
        submissions.worker.create_worker(submissions_settings),
        aggregation.worker.create_worker(aggregation_settings),
    ]
    try:
        for worker in workers:
            await worker.start()
        await until(count(sink, "indicator_value where value is not null"))

        async def all_left() -> bool:
            return not await count(source, "outbox")() and not await count(sink, "outbox")()

        await until(all_left)
        assert [worker.refused() for worker in workers] == [None, None]
        assert workers[1].waiting() is None
    finally:
        for worker in workers:
            await worker.stop()
    async with TopicOrigin(aggregation_settings, SUBMISSIONS) as origin:
        assert opened.id in {event.id for event in (await origin.read()).events}
    lag = await group_lag(aggregation_settings, "aggregation", [SUBMISSIONS])
    assert lag and set(lag.values()) == {0}
    for name, value in secured.settings("aggregation").items():
        monkeypatch.setenv(name.upper(), str(value))
    assert await consumer_lag(secured.bootstrap, ["aggregation"], True) == {"aggregation": {SUBMISSIONS: 0}}


async def test_writing_to_the_topic_of_another_service_is_refused_and_told(
    aggregation_settings: AggregationSettings,
    engine_of: Callable[[ServiceSettings], AsyncEngine],
    catalogue: Catalogue,
) -> None:
    _, opened = EventWriter(catalogue).open("B01-XA", "24736@2025-07-01", "2026")
    engine = engine_of(aggregation_settings)
    await set_ahead(engine, "/aggregation")
    await write(engine, opened)
    worker = aggregation.worker.create_worker(aggregation_settings)
    told = "Kafka user aggregation is not allowed to use the topic submissions.v1"
    with capture_logs() as logs:
        await worker.start()
        try:
            refused = await until(lambda: asyncio.sleep(0, worker.refused()))
        finally:
            await worker.stop()
    assert told in refused
    assert any(told in str(entry.get("refused")) for entry in logs if entry["event"] == "relay.retry")
    assert ages(worker)["relay"] is None, "a restart would not help"
    assert await count(engine, "outbox")() == 1, "it waits until the ACL says so"


async def test_reading_what_a_service_does_not_hear_is_refused_and_told(
    aggregation_settings: AggregationSettings, secured: SecuredKafka
) -> None:
    """With the user of submissions, which reads nothing."""
    settings = aggregation_settings.model_copy(update=secured.settings("submissions"))
    worker: ServiceWorker = aggregation.worker.create_worker(settings)
    await worker.start()
    try:

        async def told() -> str | None:
            why = worker.waiting()
            return why if why and "not allowed" in why else None

        assert "Kafka user submissions" in str(await until(told))
        assert ages(worker)["connecting"] is None, "a restart would not help"
    finally:
        await worker.stop()


async def test_a_user_knows_nothing_of_a_topic_it_has_nothing_to_do_with(secured: SecuredKafka) -> None:
    async with clients.producer(KafkaSettings(**secured.settings("submissions"))) as producer:
        with pytest.raises(TopicAuthorizationFailedError, match=INDICATORS):
            await producer.send_and_wait(INDICATORS, b"forged")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"kafka_password_file": None, "kafka_password": "wrong"}, "Kafka user audit is not let in by SCRAM-SHA-512"),
        ({"kafka_ca_file": "another"}, "not trusted by .*another.pem .*KAFKA_CA_FILE"),
        ({"kafka_ca_file": None}, "not trusted by the system's authorities"),
        ({"kafka_bootstrap_servers": "127.1:{port}"}, "certificate is not valid for '127.1'"),
        ({"kafka_sasl_mechanism": "SCRAM-SHA-256"}, "KAFKA_SASL_MECHANISM"),
        ({"kafka_security_protocol": "PLAINTEXT"}, "does it speak PLAINTEXT. See KAFKA_SECURITY_PROTOCOL"),
        ({"kafka_security_protocol": "SASL_PLAINTEXT"}, "does it speak SASL_PLAINTEXT. See KAFKA_SECURITY_PROTOCOL"),
        ({"kafka_security_protocol": "SSL"}, "KAFKA_SECURITY_PROTOCOL"),
    ],
)
async def test_who_is_not_let_in_is_told_why(
    secured: SecuredKafka, tmp_path: Path, wrong: dict[str, Any], told: str
) -> None:
    given = secured.settings("audit") | wrong
    given["kafka_bootstrap_servers"] = given["kafka_bootstrap_servers"].format(port=secured.port)
    if given["kafka_ca_file"] == "another":
        given["kafka_ca_file"] = tmp_path / "another.pem"
        await asyncio.to_thread(secured.run, "make-secrets.sh", str(tmp_path / "other"))
        (tmp_path / "other/kafka-ca.pem").rename(given["kafka_ca_file"])
    if "SASL" not in given["kafka_security_protocol"]:
        given = {name: value for name, value in given.items() if name not in SASL}
    if given["kafka_security_protocol"] in ("PLAINTEXT", "SASL_PLAINTEXT"):
        given["kafka_ca_file"] = None
    fault = await connection_refusal(KafkaSettings(**given))
    assert fault is not None
    assert re.search(told, fault)


async def test_a_service_that_is_not_let_in_says_so_and_goes_on_trying(
    aggregation_settings: AggregationSettings,
) -> None:
    settings = aggregation_settings.model_copy(update={"kafka_username": "nobody"})
    worker = aggregation.worker.create_worker(settings)
    with capture_logs() as logs:
        await worker.start()
        try:
            await until(lambda: asyncio.sleep(0, worker.refused() and "let in" in str(worker.waiting())))
        finally:
            await worker.stop()
    assert {"relay.retry", "broker.retry"} <= {entry["event"] for entry in logs}
    assert "Kafka user nobody is not let in by SCRAM-SHA-512: wrong name or secret" in str(worker.refused())
    assert settings.kafka_secret() not in str(logs)


async def test_a_tool_that_is_not_let_in_ends_with_the_reason(
    secured: SecuredKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (secured.settings("aggregation") | {"kafka_username": "nobody"}).items():
        monkeypatch.setenv(name.upper(), str(value))
    with pytest.raises(LocalFault, match="Kafka user nobody is not let in"):
        await kafka_topics.create_topics(secured.bootstrap, ["any"], partitions=1, seconds=0)


@pytest.mark.usefixtures("outside")
def test_a_service_that_is_told_nonsense_ends_with_all_its_faults_and_no_secret() -> None:
    told = {
        "ENVIRONMENT": "production",
        "AUDIT_DATABASE_URL": "postgresql+asyncpg://audit:hidden-one@127.0.0.1:1/audit",
        "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "KAFKA_SASL_MECHANISM": "PLAIN",
        "KAFKA_PASSWORD": "hidden-two",
        "KAFKA_CA_FILE": "/nowhere/ca.pem",
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KAFKA_")} | told
    command = [sys.executable, "-m", "audit", "worker"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    for fault in ("only with SASL_SSL", "KAFKA_USERNAME is required", "KAFKA_CA_FILE needs TLS", "JWKS_URL"):
        assert fault in done.stderr
    assert "hidden" not in done.stdout + done.stderr


async def test_without_security_nothing_has_changed(broker: Broker) -> None:
    assert await connection_refusal(KafkaSettings(kafka_bootstrap_servers=broker.bootstrap)) is None
    assert await connection_refusal(KafkaSettings(kafka_bootstrap_servers="127.0.0.1:1")) is None, "an outage"
