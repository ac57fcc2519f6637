"""What a restart would mend is told from what it would not: by rule, then on real servers."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from shared.messaging import Relay, ServiceWorker, publish
from shared.messaging.health.guarded_loop import GuardedLoop
from shared.messaging.health.liveness import Probe, Reached, stuck, suspicious
from tiendo_local.servers import topics as kafka_topics
from tiendo_local.servers.broker import Broker

from ..conftest import ServiceProbe, an_event
from ..processes import tiny
from ..workers import a_group, a_worker, settings_of, settled, until

UP = Reached(kafka=1000, database=1000)
LIMIT = 120


@pytest.mark.parametrize(
    ("probe", "reached", "verdict"),
    [
        (Probe("relay", None), UP, None),
        (Probe("relay", 119), UP, None),
        (Probe("relay", 121), UP, "relay: no progress for 121 s"),
        (Probe("relay", None, ended=True), Reached(None, None), "relay: ended"),
        (Probe("poll", 500, kafka=True), Reached(None, 1000), None),
        (Probe("poll", 500, kafka=True), Reached(59, 1000), None),  # it has just come back: time to recover
        (Probe("poll", 500, kafka=True), Reached(61, None), "poll: no progress for 500 s"),
        (Probe("batch", 500, kafka=True, database=True), Reached(1000, None), None),
        (Probe("batch", 500, kafka=True, database=True), Reached(None, 1000), None),
        (Probe("batch", 500, kafka=True, database=True), UP, "batch: no progress for 500 s"),
        (Probe("loop", 500), Reached(None, None), "loop: no progress for 500 s"),
    ],
)
def test_stuck(probe: Probe, reached: Reached, verdict: str | None) -> None:
    assert stuck(probe, reached, LIMIT) == verdict


def test_kafka_is_asked_before_the_answer_is_needed() -> None:
    assert not suspicious([Probe("relay", None, kafka=True), Probe("loop", 500)], LIMIT)
    assert not suspicious([Probe("relay", 29, kafka=True)], LIMIT)
    assert suspicious([Probe("relay", 31, kafka=True)], LIMIT)


@asynccontextmanager
async def running(worker: ServiceWorker) -> AsyncIterator[ServiceWorker]:
    await worker.start()
    try:
        yield worker
    finally:
        await worker.stop()


async def verdict(worker: ServiceWorker, seconds: float = 20) -> str:
    """What it says once it says something."""

    async def says() -> bool:
        return worker.stuck() is not None

    await until(says, seconds)
    return worker.stuck() or ""


async def stays_alive(worker: ServiceWorker, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert worker.stuck() is None
        await asyncio.sleep(0.1)


async def test_nothing_to_do_and_no_partition_is_no_fault(
    probe: ServiceProbe, broker: Broker, topics: Callable[..., str]
) -> None:
    settings = settings_of(probe, broker, a_group(), stuck_after_seconds=2)
    topic = topics("idle", partitions=1)
    async with running(a_worker(probe, settings, topic)) as one:
        await settled(one, partitions=1)
        async with running(a_worker(probe, settings, topic)) as two:
            await asyncio.sleep(3)
            await asyncio.gather(stays_alive(one, 5), stays_alive(two, 5))
            assert {len(one.partitions()), len(two.partitions())} == {0, 1}


async def test_a_relay_that_hangs_is_noticed(
    probe: ServiceProbe, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(probe, broker, a_group(), stuck_after_seconds=2)
    worker = ServiceWorker(settings, probe.engine)
    monkeypatch.setattr("shared.messaging.worker.DRAIN_SECONDS", 1)
    monkeypatch.setattr(worker.relay, "_step", lambda *_: asyncio.Event().wait())
    async with running(worker):
        await stays_alive(worker, 4)
        async with probe.engine.begin() as tx:
            await publish(tx, an_event())
        assert (await verdict(worker)).startswith("relay: no progress")


async def test_a_consumer_that_died_hangs_or_holds_a_batch_is_noticed(
    probe: ServiceProbe, broker: Broker, topics: Callable[..., str]
) -> None:
    settings = settings_of(probe, broker, a_group(), stuck_after_seconds=2)
    async with running(a_worker(probe, settings, topics("dead", partitions=1))) as worker:
        await settled(worker, partitions=1)
        assert worker._subscription
        rebalance = worker._subscription.rebalance
        rebalance.batch_since = time.monotonic()
        assert "batch in hand" in await verdict(worker)
        rebalance.batch_since = None
        await stays_alive(worker, 1)
        for task in worker._subscription._subscriber.tasks:
            task.cancel()
        assert await verdict(worker) == "consumer: ended"


async def test_a_dead_broker_is_no_reason_to_restart_and_comes_back(
    probe: ServiceProbe, own_broker: Broker, unique: Callable[[str], str]
) -> None:
    if own_broker.child is None or own_broker.child.process is None:
        pytest.skip("the broker is not ours to stop")
    topic = unique("frozen")
    kafka_topics.create(own_broker.bootstrap, [topic, "deadlines.v1"], partitions=1)
    settings = settings_of(probe, own_broker, a_group(), stuck_after_seconds=6)
    async with running(a_worker(probe, settings, topic)) as worker:
        await settled(worker, partitions=1)
        own_broker.child.process.send_signal(signal.SIGSTOP)
        async with probe.engine.begin() as tx:
            await publish(tx, an_event())
        try:
            await stays_alive(worker, 15)
        finally:
            own_broker.child.process.send_signal(signal.SIGCONT)

        async def relayed() -> bool:
            assert worker.stuck() is None
            return not await probe.rows("select 1 from outbox")

        await until(relayed)


async def test_a_broker_that_was_never_there_is_no_reason_to_restart(probe: ServiceProbe, broker: Broker) -> None:
    settings = settings_of(probe, broker, a_group(), stuck_after_seconds=1, kafka_bootstrap_servers="127.0.0.1:1")
    async with running(a_worker(probe, settings, "nothing")) as worker:
        await stays_alive(worker, 4)

        async def says_so() -> bool:  # not in the moment of a new attempt
            return worker.waiting() == "not connected to Kafka"

        await until(says_so)


async def test_a_loop_that_keeps_failing_is_told_from_servers_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.health.guarded_loop.RETRY_SECONDS", 0.02)

    failed = 0

    async def fault(stopping: asyncio.Event) -> None:
        nonlocal failed
        failed += 1
        raise ValueError

    async def away(stopping: asyncio.Event) -> None:
        raise ConnectionRefusedError

    stopping = asyncio.Event()
    loops = [GuardedLoop("fault", fault), GuardedLoop("away", away)]
    running = [asyncio.create_task(loop.run(stopping)) for loop in loops]
    async with asyncio.timeout(10):
        while failed < 3:
            await asyncio.sleep(0.005)
    ages = [loop.failing_for for loop in loops]
    stopping.set()
    await asyncio.gather(*running)
    assert ages[0] is not None and ages[0] > 0.03, "two pauses of 0.02 s"
    assert ages[1] is None


async def test_a_stuck_process_says_so_and_ends(probe: ServiceProbe, broker: Broker, tmp_path: Path) -> None:
    url = probe.settings.database_url.get_secret_value()
    others: dict[str, Any] = {"TINY_LOOP": "fail", "STUCK_AFTER_SECONDS": "4"}
    async with (
        tiny(tmp_path, bootstrap=broker.bootstrap, database=url, group=a_group(), **others) as process,
        httpx.AsyncClient(base_url=process.url) as client,
    ):

        async def unwell() -> bool:
            try:
                answer = await client.get("/healthz")
            except httpx.TransportError:
                return False
            check = answer.json()["checks"]["worker"]
            assert "relay" in check["ages"]
            return answer.status_code == 503 and "loop fail" in check["detail"]

        await until(unwell)  # the process has to start first, on a machine that does other things
        async with asyncio.timeout(20):
            assert await process.process.wait() == 1


async def test_a_fault_of_the_watch_is_told_and_ends_the_process(
    probe: ServiceProbe, broker: Broker, tmp_path: Path
) -> None:
    url = probe.settings.database_url.get_secret_value()
    others: dict[str, Any] = {"TINY_FAULT": "stuck", "STUCK_AFTER_SECONDS": "4"}
    async with tiny(tmp_path, bootstrap=broker.bootstrap, database=url, group=a_group(), **others) as process:
        async with asyncio.timeout(60):
            assert await process.process.wait() == 1
    [told] = [line for line in (tmp_path / "log").read_text().splitlines() if "task.failed" in line]
    assert "progress watch" in told and "a fault of the question" in told


async def test_a_fault_of_the_relay_is_told_and_a_reason_to_restart(
    probe: ServiceProbe, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fault(self: Relay, *_: object) -> tuple[int, int]:
        raise ValueError("a fault of the relay")

    monkeypatch.setattr(Relay, "_step", fault)
    async with probe.engine.begin() as tx:
        await publish(tx, an_event())
    settings = settings_of(probe, broker, a_group())
    with capture_logs() as logs:
        async with running(ServiceWorker(settings, probe.engine)) as worker:
            assert await verdict(worker) == "relay: ended"
    assert [entry["log_level"] for entry in logs if entry["event"] == "relay.failed"] == ["critical"]
