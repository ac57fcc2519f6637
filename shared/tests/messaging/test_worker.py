"""A whole worker on a real broker: what is published comes in, and no record stops it."""

import asyncio
from collections.abc import Callable

from aiokafka import AIOKafkaProducer

from shared.messaging import ServiceWorker
from tiendo_local.broken_batch import send_broken
from tiendo_local.servers.broker import Broker

from .conftest import ServiceProbe, an_event, own_settings


async def test_no_record_stops_a_worker(
    probe: ServiceProbe, broker: Broker, topics: Callable[..., str], unique: Callable[[str], str]
) -> None:
    topic = topics("hostile", partitions=3)
    ours = [an_event() for _ in range(4)]
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
    await producer.start()
    try:
        await producer.send_and_wait(topic, ours[0].to_bytes(), partition=1)
        await send_broken(producer, topic, [ours[3].to_bytes()], partition=1, broken=0)
        await producer.send_and_wait(topic, b"junk", partition=1, headers=[("name", b"\xff"), ("null", b"")])
        await producer.send_and_wait(topic, ours[1].to_bytes(), partition=1)
        await producer.send_and_wait(topic, ours[2].to_bytes(), partition=2)
    finally:
        await producer.stop()

    settings = own_settings(probe.settings, broker, unique("probe"))
    settings = settings.model_copy(update={"kafka_session_timeout_ms": 6000})
    worker = ServiceWorker(settings, probe.engine, effects={topic: probe.apply})
    await worker.start()
    try:
        wanted = {event.id for event in ours[:3]}
        async with asyncio.timeout(60):
            while not wanted <= set(await probe.effects()):
                await asyncio.sleep(0.1)
        applied = [i for i in await probe.effects() if i in {ours[0].id, ours[1].id}]
        assert applied == [ours[0].id, ours[1].id]
        letters = await probe.rows("select reason from dead_letter where partition = 1")
        reasons = " ".join(row.reason for row in letters)
        assert "cannot decode" in reasons and "JSON" in reasons
        assert worker.stuck() is None
        # What became a dead letter is dealt with: the next start must not take it for lost by a restore.
        held = await probe.rows("select next_offset from consumed where partition = 1")
        assert [row.next_offset for row in held] == [4]
    finally:
        await worker.stop()
