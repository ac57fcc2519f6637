"""A worker that has nothing to do, as a process: how often it wakes and asks, by the counters of the kernel and of
PostgreSQL. It is awake 27 times a second (uvicorn 10, looking at the outbox 4, fetching 2, each two or three wakes),
and was so 138 times; a machine that is busy with others can only make it fewer.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.counters import transactions_per_second, wakes
from tiendo_local.servers.broker import Broker

from ..conftest import ServiceProbe
from ..processes import tiny
from ..workers import a_group

SETTLE_SECONDS = 8  # joins its group
SECONDS = 5


async def test_an_idle_worker_sleeps(
    probe: ServiceProbe, broker: Broker, topics: Callable[..., str], tmp_path: Path
) -> None:
    topic, group = topics("idle", partitions=12), a_group()
    database = probe.settings.database_url.get_secret_value()
    async with tiny(tmp_path, bootstrap=broker.bootstrap, database=database, group=group, topic=topic) as worker:
        await asyncio.sleep(SETTLE_SECONDS)
        before, began = wakes(worker.process.pid), time.monotonic()
        asked = await transactions_per_second(probe.engine, seconds=SECONDS)
        woken = (wakes(worker.process.pid) - before) / (time.monotonic() - began)
    assert asked < 8
    assert 0 < woken < 60
