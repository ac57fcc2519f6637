"""Which rows are promised, when, and that a promise stands."""

import sqlalchemy as sa

from shared.messaging import publish
from shared.messaging.relay.relay_cursor import LOCK, promise

from ..conftest import ServiceProbe, an_event
from .recorder import Recorder, a_relay, assert_chained, drain


async def test_what_comes_while_a_batch_leaves_leaves_with_the_next(probe: ServiceProbe) -> None:
    """Not with the one after it: of rows that fill no batch none is promised before their turn."""
    relay, recorder = a_relay(probe, batch=4), Recorder()
    events = [an_event() for _ in range(9)]
    async with probe.engine.begin() as tx:
        await publish(tx, *events[:6])
    assert await relay.step(recorder) == 4  # promised
    assert await relay.step(recorder) == 4  # sent, and of the two that are left none is promised
    async with probe.engine.begin() as tx:
        await publish(tx, *events[6:])
    assert await relay.step(recorder) == 4  # promised: both of them, with two that came since
    assert await relay.step(recorder) == 4
    await drain(relay, recorder)
    assert_chained(recorder.sent, events)


async def test_a_promise_stands_whatever_came_meanwhile(probe: ServiceProbe) -> None:
    """And a promise of rows that another instance has sent since it was made costs nobody anything."""
    source = f"/{probe.settings.service}"
    recorder = Recorder()
    events = [an_event() for _ in range(7)]
    async with probe.engine.connect() as connection, probe.engine.connect() as sender:
        looking = await connection.execution_options(isolation_level="AUTOCOMMIT")
        assert not await promise(looking, source, 3)
        async with probe.engine.begin() as tx:
            await publish(tx, *events[:4])
        async with sender.begin():
            await sender.execute(sa.text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            assert not await promise(looking, source, 3)  # another one is sending
        assert await promise(looking, source, 3)
        head = await probe.rows("select * from relay_head")
        assert len(head[0].batch) == 3
        async with probe.engine.begin() as tx:
            await publish(tx, *events[4:])
        assert await promise(looking, source, 100)
        assert await probe.rows("select * from relay_head") == head
        await drain(a_relay(probe, batch=2), recorder)
        async with probe.engine.begin() as tx:
            await tx.execute(sa.text("update relay_head set batch = :gone"), {"gone": list(head[0].batch)})
        async with probe.engine.begin() as tx:
            await publish(tx, late := an_event())
        for _ in range(2):  # nothing of what was promised is left; then comes what is
            await drain(a_relay(probe, batch=2), recorder)
    assert_chained(recorder.sent, [*events, late])
