"""Who may write what, on Kafka with its users and ACLs: a stranger nothing, a service's account its own topics alone.
What is written with a stolen account is refused by those who read it. tests/e2e/test_strangers.py: without ACLs."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
import sqlalchemy as sa
from aiokafka.errors import TopicAuthorizationFailedError

import aggregation.worker
import audit.worker
import notifications.worker
from aggregation.settings import AggregationSettings
from audit.settings import AuditSettings
from notifications.settings import NotificationsSettings
from shared.events.topics import ALL_TOPICS, OPERATIONS, PUBLISHED_BY, SUBMISSIONS
from shared.messaging import ServiceWorker
from shared.messaging.kafka import clients
from shared.messaging.kafka.refusal import connection_refusal
from shared.settings import KafkaSettings
from tests.support.secured_kafka import SecuredKafka
from tiendo_local.event_keys import EventKeys

SECONDS = 60
HEARS = {"aggregation": {SUBMISSIONS}, "notifications": {SUBMISSIONS}, "audit": {*ALL_TOPICS}}
STRANGERS = {"nobody": "a name that there is not", "audit": "a service's name and another password"}
WRITTEN, REFUSED, NOT_LET_IN = "written", "refused by its ACL", "not let in"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def kafka(secured: SecuredKafka) -> SecuredKafka:
    """With every user and topic."""
    await asyncio.to_thread(secured.create_users, "notifications", "audit")
    await secured.create_topics(*({*ALL_TOPICS} - {SUBMISSIONS, "indicators.v1", OPERATIONS}))
    return secured


@pytest.fixture
def new_groups(kafka: SecuredKafka) -> Iterator[None]:
    kafka.forget_groups()
    yield
    kafka.forget_groups()


@pytest_asyncio.fixture(loop_scope="session")
async def workers(
    kafka: SecuredKafka, new_groups: None, database: Callable[..., str], migrated: Callable[[str], str], tmp_path: Path
) -> AsyncIterator[dict[str, ServiceWorker]]:
    """Those that read, which check every signature."""
    trusted = EventKeys(tmp_path / "keys").trusted

    def common(service: str) -> dict[str, Any]:
        url = database(service, template=migrated(service))
        return {"database_url": url, "environment": "test", "event_keys_file": trusted, **kafka.settings(service)}

    made: dict[str, ServiceWorker] = {
        "aggregation": aggregation.worker.create_worker(AggregationSettings(**common("aggregation"))),
        "notifications": notifications.worker.create_worker(NotificationsSettings(**common("notifications"))),
        "audit": audit.worker.create_worker(AuditSettings(**common("audit"))),
    }
    async with AsyncExitStack() as stack:
        for worker in made.values():
            await worker.start()
            stack.push_async_callback(worker.stop)
        yield made


async def attempt(settings: dict[str, Any], topic: str, value: bytes) -> str:
    async with clients.producer(KafkaSettings(**settings)) as producer:
        try:
            await producer.send_and_wait(topic, value)
        except TopicAuthorizationFailedError:
            return REFUSED
    return WRITTEN


async def set_aside(worker: ServiceWorker) -> set[tuple[str, bytes]]:
    async with worker.engine.connect() as connection:
        rows = await connection.execute(sa.text("select topic, value from dead_letter where reason like '%unsigned%'"))
        return {(topic, bytes(value)) for topic, value in rows}


@pytest.mark.parametrize(("user", "why"), STRANGERS.items())
async def test_a_stranger_is_not_let_in(kafka: SecuredKafka, tmp_path: Path, user: str, why: str) -> None:
    password = tmp_path / "password"
    password.write_text(uuid4().hex)
    told = await connection_refusal(
        KafkaSettings(
            **kafka.settings("audit")
            | {
                "kafka_username": user,
                "kafka_password_file": password,
            }
        )
    )
    assert told and f"Kafka user {user} is {NOT_LET_IN} by SCRAM-SHA-512" in told, why


async def test_a_stolen_account_writes_to_its_own_topics_alone_and_changes_nothing(
    kafka: SecuredKafka, workers: dict[str, ServiceWorker]
) -> None:
    forged: dict[str, set[tuple[str, bytes]]] = {service: set() for service in workers}
    rows = [f"| {user}, not its password | each | {NOT_LET_IN} | |" for user in STRANGERS]
    for user, own in PUBLISHED_BY.items():
        for topic in ALL_TOPICS:
            value = f'{{"type": "forged by {user}", "id": "{uuid4()}"}}'.encode()
            found = await attempt(kafka.settings(user), topic, value)
            assert found == (WRITTEN if topic in (*own, OPERATIONS) else REFUSED), (user, topic)
            readers = [service for service in workers if found == WRITTEN and topic in HEARS[service]]
            for reader in readers:
                forged[reader].add((topic, value))
            rows.append(f"| {user} | {topic} | {found} | {', '.join(f'{one}: unsigned' for one in readers)} |")
    deadline = time.monotonic() + SECONDS
    while not all([forged[service] <= await set_aside(worker) for service, worker in workers.items()]):
        assert time.monotonic() < deadline, forged
        await asyncio.sleep(0.1)
    print("", "| whose account | topic | Kafka | what each service did |", "|---|---|---|---|", *rows, sep="\n")
    for table, service in (("obligation", "aggregation"), ("duty", "notifications"), ("entry", "audit")):
        async with workers[service].engine.connect() as connection:
            assert not await connection.scalar(sa.text(f"select count(*) from {table}")), table
