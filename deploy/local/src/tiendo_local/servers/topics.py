"""Topics are created explicitly, never by a client that misspells one."""

import asyncio
import time
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from tiendo_local.console import LocalFault

DAY_MS = 24 * 3600 * 1000
# A segment goes when its newest record is older than the retention, so a record may live for both together.
SETTINGS = {
    "retention.ms": str(7 * DAY_MS),
    "segment.ms": str(DAY_MS),
    "max.message.bytes": str(1024 * 1024),
}
ALREADY_EXISTS = 36  # Kafka protocol, error code TOPIC_ALREADY_EXISTS

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end from plain code, also where this thread already has an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def create_all(bootstrap: str, *, replicas: int = 1) -> None:
    """Every topic of the system. Their number of partitions is never changed later: it would move keys."""
    from shared.events.topics import ALL_TOPICS, PARTITIONS

    create(bootstrap, ALL_TOPICS, partitions=PARTITIONS, replicas=replicas)


def create(bootstrap: str, names: Iterable[str], *, partitions: int, replicas: int = 1, seconds: float = 60) -> None:
    """Create the topics that are not there yet; waits until the broker accepts them. Raises LocalFault."""
    run(create_topics(bootstrap, names, partitions=partitions, replicas=replicas, seconds=seconds))


async def create_topics(
    bootstrap: str, names: Iterable[str], *, partitions: int, replicas: int = 1, seconds: float = 60
) -> None:
    """As `create`, for code that runs in an event loop."""
    from aiokafka.errors import KafkaError

    from shared.messaging.kafka.refusal import connection_refusal
    from shared.settings import KafkaSettings

    wanted = list(names)
    deadline = time.monotonic() + seconds
    while True:
        try:
            faults = await _create_once(bootstrap, wanted, partitions, replicas)
        except (KafkaError, OSError, TimeoutError, AttributeError) as fault:
            # AttributeError: aiokafka asks a controller that it does not know, while a broker that was away comes back
            # (shared/tests/messaging/test_upstream.py).
            faults = [f"{type(fault).__name__}: {fault}"]
        if not faults:
            return
        if time.monotonic() > deadline:
            refused = await connection_refusal(KafkaSettings(kafka_bootstrap_servers=bootstrap))
            raise LocalFault(f"Topics could not be created at {bootstrap}: {refused or '; '.join(faults)}")
        await asyncio.sleep(0.1)


def delete(bootstrap: str, names: Iterable[str]) -> None:
    """Delete topics; those that are not there are no error."""
    run(_delete(bootstrap, list(names)))


async def _delete(bootstrap: str, names: list[str]) -> None:
    admin = _admin(bootstrap)
    await admin.start()
    try:
        await admin.delete_topics(names)
    finally:
        await admin.close()


async def _create_once(bootstrap: str, names: list[str], partitions: int, replicas: int) -> list[str]:
    from aiokafka.admin import NewTopic

    admin = _admin(bootstrap)
    await admin.start()
    try:
        wanted = [NewTopic(n, partitions, replicas, topic_configs=SETTINGS) for n in names]
        answer = await admin.create_topics(wanted)
        faults = [
            f"{found[0]}: error {found[1]}" for found in answer.topic_errors if found[1] not in (0, ALREADY_EXISTS)
        ]
        if not faults:
            described = {t["topic"]: t for t in await admin.describe_topics(names)}
            faults = [f"{n}: not there yet" for n in names if not _led(described.get(n), partitions)]
        return faults
    finally:
        await admin.close()


def _admin(bootstrap: str) -> Any:
    """TLS and user come from the environment, as they do for a service."""
    from shared.messaging.kafka import clients
    from shared.settings import KafkaSettings

    return clients.admin(KafkaSettings(kafka_bootstrap_servers=bootstrap), request_timeout_ms=10_000)


def _led(topic: dict[str, Any] | None, partitions: int) -> bool:
    """Whether every partition of a described topic has a leader."""
    if topic is None or topic.get("error_code"):
        return False
    found = topic.get("partitions", [])
    return len(found) >= partitions and all(p["leader"] >= 0 for p in found)
