"""PostgreSQL ends what hangs; the batch comes again and is applied once."""

import asyncio
import time

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.database.engine import create_engine
from shared.messaging import BatchConsumer, Received
from shared.messaging.consumer.batch_consumer import is_transient

from .conftest import ServiceProbe, a_record, an_event

HANGS_SECONDS = 10


class Hanging:
    """Applies as the probe does, and the first time hangs in the middle of it."""

    def __init__(self, probe: ServiceProbe, engine: AsyncEngine, *, idle: bool) -> None:
        self._probe = probe
        self._idle = idle
        self._hangs = True
        self.consumer = BatchConsumer(engine, "probe", self._apply)

    async def _apply(self, tx: AsyncConnection, received: list[Received]) -> None:
        await self._probe.apply(tx, received)
        hangs, self._hangs = self._hangs, False
        if hangs and self._idle:
            await tx.execute(sa.text("set local idle_in_transaction_session_timeout = 200"))
            await asyncio.sleep(1)
            await tx.execute(sa.text("select 1"))
        elif hangs:
            await tx.execute(sa.text("select pg_sleep(:seconds)"), {"seconds": HANGS_SECONDS})


@pytest.mark.parametrize("idle", [True, False], ids=["idle in transaction", "long statement"])
async def test_what_hangs_is_ended_and_the_batch_applied_once(probe: ServiceProbe, idle: bool) -> None:
    engine = create_engine(probe.settings, statement_timeout_ms=300)
    consumer = Hanging(probe, engine, idle=idle).consumer
    events = [an_event() for _ in range(3)]
    records = [a_record(event.to_bytes(), offset=n) for n, event in enumerate(events)]
    started = time.monotonic()
    try:
        with pytest.raises(DBAPIError) as ended:
            await consumer.consume(records)
        assert time.monotonic() - started < HANGS_SECONDS / 2
        assert is_transient(ended.value)
        assert await probe.effects() == []
        await consumer.consume(records)
        await consumer.consume(records)
    finally:
        await engine.dispose()
    assert await probe.effects() == [event.id for event in events]
    assert await probe.rows("select 1 from dead_letter") == []


async def test_every_session_is_given_both_limits(probe: ServiceProbe) -> None:
    names = ("statement_timeout", "idle_in_transaction_session_timeout")
    found = [(await probe.rows(f"select current_setting('{name}')"))[0][0] for name in names]
    assert found == ["30s", "1min"]
