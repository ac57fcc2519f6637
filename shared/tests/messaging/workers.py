"""Whole workers on the test's broker, in a consumer group of their own."""

import asyncio
import random
import string
import time
from collections.abc import Awaitable, Callable
from typing import Any

from prometheus_client import REGISTRY

from shared.events import OPERATIONS
from shared.events.topics import PARTITIONS
from shared.messaging import Apply, ServiceWorker
from shared.messaging.consumer.received import GistOf
from tiendo_local.servers import topics as kafka_topics
from tiendo_local.servers.broker import Broker

from .conftest import ProbeSettings, ServiceProbe


def a_group() -> str:
    """A service's name that no other test uses; names are letters only."""
    return "probe-" + "".join(random.choices(string.ascii_lowercase, k=10))


def settings_of(probe: ServiceProbe, broker: Broker, group: str, **others: Any) -> ProbeSettings:
    kafka_topics.create(broker.bootstrap, [OPERATIONS], partitions=PARTITIONS)  # for the relay's beats

    class Named(ProbeSettings):
        service = group

    return Named(**probe.settings.model_dump()).model_copy(
        update={
            "kafka_bootstrap_servers": broker.bootstrap,
            "kafka_idempotent": broker.idempotent,
            "kafka_session_timeout_ms": 6000,
            **others,
        }
    )


def a_worker(
    probe: ServiceProbe,
    settings: ProbeSettings,
    topic: str,
    apply: Apply | None = None,
    *,
    gather_seconds: float = 0.0,
    gist_of: GistOf | None = None,
) -> ServiceWorker:
    effects = {topic: apply or probe.apply}
    return ServiceWorker(settings, probe.engine, effects=effects, gather_seconds=gather_seconds, gist_of=gist_of)


async def until(condition: Callable[[], Awaitable[object]], seconds: float = 60) -> None:
    """Wait until it answers something true."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.1)


async def settled(*workers: ServiceWorker, partitions: int, seconds: float = 60) -> None:
    """Wait until these workers share the topic's partitions, each with some and none with another's."""
    deadline = time.monotonic() + seconds
    while True:
        owned = [worker.partitions() for worker in workers]
        if all(owned) and sum(map(len, owned)) == len(set().union(*owned)) == partitions:
            return
        assert time.monotonic() < deadline, owned
        await asyncio.sleep(0.1)


def counted(metric: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(metric, labels) or 0.0
