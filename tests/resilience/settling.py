"""After the faults: until nothing is on its way any more, for a bounded time."""

import asyncio
import time

from aiokafka.errors import KafkaError

from shared.events import OPERATIONS
from tests.resilience.stage.system import System
from tiendo_local.commands.consumer_lag import consumer_lag
from tiendo_local.commands.lag import ask_database
from tiendo_local.console import LocalFault
from tiendo_local.services import SERVICES

SECONDS = 90.0
QUIET_LOOKS = 3  # an event taken from one topic may still cause one in another


async def settle(system: System, seconds: float = SECONDS) -> list[str]:
    """What still waits when the time is up: outboxes with rows, topics with lag, processes that are not ready."""
    deadline = time.monotonic() + seconds
    quiet = 0
    while True:
        waiting = await _waiting(system)
        quiet = 0 if waiting else quiet + 1
        if quiet >= QUIET_LOOKS or (waiting and time.monotonic() > deadline):
            return waiting
        await asyncio.sleep(0.5)


async def _waiting(system: System) -> list[str]:
    down = await asyncio.to_thread(_not_ready, system)
    if down:
        return down
    found = []
    for name, url in system.databases.items():
        asked = await asyncio.to_thread(ask_database, name, url)
        if asked.fault or asked.outbox:
            found.append(f"{name}: {asked.fault or f'{asked.outbox} rows in the outbox'}")
    if not system.brokers.idempotent:  # Tansu cannot tell its ends; the checker waits for what is missing
        return found
    try:
        groups = [name for name in SERVICES if name != "submissions"]
        lags = await consumer_lag(system.bootstrap, groups, trustworthy=True)
    except (KafkaError, LocalFault, OSError) as error:
        return [*found, f"Kafka: {error!r}"]
    for group, by_topic in lags.items():
        # Heartbeats never end.
        found += [f"{group}: {lag} of {topic}" for topic, lag in by_topic.items() if lag and topic != OPERATIONS]
    return found


def _not_ready(system: System) -> list[str]:
    down = [f"{name} is down" for name in system.supervisor.down()]
    return down or [f"{n} is not ready" for n in system.processes if n.startswith(SERVICES) and not system.ready(n)]
