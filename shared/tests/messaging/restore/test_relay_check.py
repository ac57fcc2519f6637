"""A relay whose database was restored: it sends no number twice, and goes on behind what Kafka knows once healed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from shared.messaging import Relay, publish
from shared.messaging.relay.relay_cursor import RelayCursor, read_cursor
from shared.messaging.restore.relay_check import unknown_to
from shared.messaging.restore.rewind import WELL, _rewind
from shared.messaging.restore.source_tail import Sent, source_tail
from shared.settings import ServiceSettings
from tiendo_local.servers.broker import Broker

from ..conftest import ServiceProbe, an_event
from ..workers import a_group, settings_of, until


@asynccontextmanager
async def relaying(probe: ServiceProbe, settings: ServiceSettings) -> AsyncIterator[Relay]:
    relay = Relay(probe.engine, settings, catalogue_version="0" * 64, heartbeat_seconds=0.2)
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        relay.stop()
        await task


async def write(probe: ServiceProbe, settings: ServiceSettings, topic: str, count: int) -> None:
    async with probe.engine.begin() as tx:
        for _ in range(count):
            event = an_event(source=f"/{settings.service}")
            await publish(tx, event)
        await tx.exec_driver_sql(f"update outbox set topic = '{topic}'")


async def cursor_of(probe: ServiceProbe, settings: ServiceSettings) -> RelayCursor:
    async with probe.engine.connect() as tx:
        return await read_cursor(tx, f"/{settings.service}")


async def test_no_number_is_sent_a_second_time(probe: ServiceProbe, broker: Broker, topics: Callable[..., str]) -> None:
    """Without the check, other events leave under the numbers 1 and 2: the log has two histories of one source."""
    if not broker.idempotent:
        pytest.skip("a broker that keeps nothing knows of nothing")
    settings, topic = settings_of(probe, broker, a_group()), topics("numbers")

    async def told(sequence: int) -> bool:
        tail = await source_tail(settings)
        return tail is not None and tail.sequence == sequence

    await write(probe, settings, topic, 3)
    async with relaying(probe, settings):
        await until(lambda: told(3))
    before = await cursor_of(probe, settings)

    async with probe.engine.begin() as tx:  # as a database of the day before
        await tx.exec_driver_sql("delete from relay_head")
    await write(probe, settings, topic, 2)
    async with relaying(probe, settings) as relay:
        await until(lambda: probe.rows("select 1 from setback where side = 'relay' and missing = 3"))
        assert relay.refused and "number 3" in relay.refused
        assert (await cursor_of(probe, settings)).sequence == 0
        assert len(await probe.rows("select 1 from outbox")) == 2

        assert await _rewind(settings, apply=True, accept_loss=False) == WELL
        await until(lambda: told(5))
    after = await cursor_of(probe, settings)
    assert (before.sequence, after.sequence) == (3, 5)
    assert await probe.rows("select 1 from setback") == []


@pytest.mark.parametrize(
    ("sequence", "promised", "known", "lacking"),
    [(5, 0, 5, 0), (5, 0, 6, 1), (5, 2, 7, 0), (5, 2, 8, 1), (0, 0, 0, 0), (9, 0, 5, 0)],
)
def test_a_promised_batch_may_have_left(sequence: int, promised: int, known: int, lacking: int) -> None:
    """After a crash it leaves again with the same bytes; that is no restored database."""
    cursor = RelayCursor(sequence, "0" * 64, list(range(promised)))
    assert unknown_to(cursor, Sent(known, "0" * 64)) == lacking


def test_an_unknown_source_lacks_nothing() -> None:
    assert unknown_to(RelayCursor(), None) == 0
