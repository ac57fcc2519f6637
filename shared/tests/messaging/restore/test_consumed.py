"""How far a database holds effects moves with them, and with nothing else."""

import pytest
from aiokafka import TopicPartition

from shared.messaging import BatchConsumer
from shared.messaging.restore.consumed import held_positions, set_positions

from ..conftest import ServiceProbe, a_record, an_event

AT = TopicPartition("deadlines.v1", 0)


async def held(probe: ServiceProbe) -> int | None:
    async with probe.engine.connect() as tx:
        return (await held_positions(tx)).get(AT)


@pytest.fixture
async def consumer(probe: ServiceProbe) -> BatchConsumer:
    async with probe.engine.begin() as tx:
        await set_positions(tx, {AT: 10})
    return BatchConsumer(probe.engine, "probe", probe.apply)


async def test_it_moves_with_every_record_that_is_dealt_with(probe: ServiceProbe, consumer: BatchConsumer) -> None:
    known = an_event().to_bytes()
    await consumer.consume([a_record(known, offset=10), a_record(b"no event", offset=11)])
    assert await held(probe) == 12
    await consumer.consume([a_record(b"no event", offset=12)])
    assert await held(probe) == 13
    await consumer.consume([a_record(known, offset=13), a_record(an_event("poison").to_bytes(), offset=14)])
    assert await held(probe) == 15


async def test_what_comes_again_moves_nothing_back(probe: ServiceProbe, consumer: BatchConsumer) -> None:
    await consumer.consume([a_record(an_event().to_bytes(), offset=offset) for offset in range(10, 14)])
    await consumer.consume([a_record(an_event().to_bytes(), offset=offset) for offset in (11, 12)])
    assert await held(probe) == 14


async def test_a_batch_behind_a_hole_does_not_hide_it(probe: ServiceProbe, consumer: BatchConsumer) -> None:
    """A database restored under a running worker: with the next batch it would look as if nothing were missing."""
    await consumer.consume([a_record(an_event().to_bytes(), offset=20)])
    assert await held(probe) == 10


async def test_a_batch_that_fails_moves_nothing(probe: ServiceProbe) -> None:
    async def failing(*_: object) -> None:
        raise OSError("the server is away")

    async with probe.engine.begin() as tx:
        await set_positions(tx, {AT: 10})
    with pytest.raises(OSError, match="away"):
        await BatchConsumer(probe.engine, "probe", failing).consume([a_record(an_event().to_bytes(), offset=10)])
    assert await held(probe) == 10
