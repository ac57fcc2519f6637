"""When the relay looks: counted by PostgreSQL itself, while there is nothing to send and while there is."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database.engine import create_engine
from shared.events import DEADLINES
from shared.messaging import Relay, ServiceWorker, publish
from shared.messaging.relay import outbox_signal
from shared.messaging.relay.outbox_signal import OutboxSignal
from shared.service import _join, _worker_app
from tests.support.counters import transactions_per_second
from tiendo_local.servers import topics as kafka_topics
from tiendo_local.servers.broker import Broker

from ..conftest import ServiceProbe, an_event
from ..workers import a_group, settings_of, until

NEVER = 3600.0
NOTHING_WAITS = "select 1 from outbox"


@asynccontextmanager
async def a_running_relay(probe: ServiceProbe, broker: Broker) -> AsyncIterator[Relay]:
    kafka_topics.create(broker.bootstrap, [DEADLINES], partitions=12)
    relay = Relay(probe.engine, settings_of(probe, broker, a_group()), catalogue_version="c" * 64)
    running = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        relay.stop()
        await running


async def nothing_waits(probe: ServiceProbe) -> bool:
    return not await probe.rows(NOTHING_WAITS)


@pytest.fixture
async def other_engine(probe: ServiceProbe) -> AsyncIterator[AsyncEngine]:
    """As that of the API beside the worker in one process."""
    engine = create_engine(probe.settings)
    yield engine
    await engine.dispose()


async def test_an_idle_relay_looks_four_times_a_second(probe: ServiceProbe, broker: Broker) -> None:
    async with a_running_relay(probe, broker):
        assert await transactions_per_second(probe.engine, seconds=4) < 6


@pytest.mark.parametrize("heard", ["its own", "another"])
async def test_what_its_process_publishes_wakes_it(
    probe: ServiceProbe, broker: Broker, other_engine: AsyncEngine, heard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relay that never looks by itself sends it all the same, and asks no more than it must: a report waits for each.

    Promised in one statement; then lock and head, delete, head with the next ids.
    """
    monkeypatch.setattr(outbox_signal, "FIRST_SECONDS", NEVER)
    monkeypatch.setattr(outbox_signal, "LONGEST_SECONDS", NEVER)
    engine = probe.engine if heard == "its own" else other_engine
    looks: list[float] = []
    sa.event.listen(probe.engine.sync_engine, "after_cursor_execute", lambda *said: note_look(looks, said[2]))
    async with a_running_relay(probe, broker) as relay:
        relay.signal.hear(other_engine)
        await until(lambda: has_looked(relay, looks))
        asked: list[str] = []
        sa.event.listen(probe.engine.sync_engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
        async with engine.begin() as tx:
            await publish(tx, an_event())
        await until(lambda: nothing_waits(probe), 20)
    assert len([text for text in asked if text != NOTHING_WAITS and "unnest" not in text]) == 4, asked


def note_look(looks: list[float], statement: str) -> None:
    if "cardinality(batch)" in statement:  # what is promised next
        looks.append(time.monotonic())


async def has_looked(relay: Relay, looks: list[float]) -> bool:
    """And found nothing. It moves before that, too: while it reads what Kafka has."""
    return bool(looks) and relay.moved_at >= looks[0]


async def test_what_another_process_publishes_is_found(
    probe: ServiceProbe, broker: Broker, other_engine: AsyncEngine
) -> None:
    async with a_running_relay(probe, broker):
        for _ in range(3):
            async with other_engine.begin() as tx:
                await publish(tx, an_event())
            await until(lambda: nothing_waits(probe), 20)


@pytest.mark.parametrize("together", [False, True])
async def test_the_pauses_grow_until_it_is_raised(
    probe: ServiceProbe, monkeypatch: pytest.MonkeyPatch, together: bool
) -> None:
    """Where the API is of the same process they grow to a second."""
    pauses: list[float | None] = []
    timeout = asyncio.timeout

    def noted(seconds: float | None) -> asyncio.Timeout:
        pauses.append(seconds)
        return timeout(0 if seconds else seconds)

    monkeypatch.setattr(asyncio, "timeout", noted)
    signal = OutboxSignal()
    if together:
        signal.hear_the_api(probe.engine)
    for _ in range(9):
        await signal.wait()
    signal.raise_()
    await signal.wait()
    await signal.wait()
    grown = [0.32, 0.64, 1.0, 1.0, 1.0] if together else [0.25] * 5
    assert pauses == [0.01, 0.02, 0.04, 0.08, 0.16, *grown, 0.01]


async def test_it_is_raised_when_a_transaction_with_events_is_over(probe: ServiceProbe) -> None:
    signal = OutboxSignal()
    signal.hear(probe.engine)
    await probe.rows("select 1")
    assert not signal.raised
    async with probe.engine.begin() as tx:
        await publish(tx, an_event())
        assert not signal.raised
    assert signal.raised


async def test_what_the_api_of_a_process_publishes_wakes_its_relay(
    probe: ServiceProbe, other_engine: AsyncEngine
) -> None:
    worker, app = ServiceWorker(probe.settings, probe.engine), FastAPI()
    app.state.health, app.state.engine = _worker_app().state.health, other_engine
    _join(app, worker)
    async with other_engine.begin() as tx:
        await publish(tx, an_event())
    assert worker.relay.signal.raised


async def test_what_comes_together_leaves_together(
    probe: ServiceProbe, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first at once, and what comes soon after it in one batch: each costs a commit here and at every reader."""
    monkeypatch.setattr("shared.messaging.relay.relay.GATHER_SECONDS", gather := 1.0)
    asked: list[str] = []
    sa.event.listen(probe.engine.sync_engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    async with a_running_relay(probe, broker):
        began = time.monotonic()
        for _ in range(40):
            async with probe.engine.begin() as tx:
                await publish(tx, an_event())
            await asyncio.sleep(0.01)
        await until(lambda: nothing_waits(probe))
        lasted = time.monotonic() - began
    batches = [text for text in asked if "update relay_head" in text]
    assert 1 <= len(batches) <= lasted / gather + 2, lasted
