"""What the client cannot decode is kept whole: key, value and headers, from batches of every compression."""

import asyncio
import base64
import time
from collections.abc import Callable

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition

from shared.messaging.consumer.raw_record import NothingFetched, UnreadableBatch, fetch_raw, read_batch
from shared.messaging.consumer.undecodable import split_batch
from shared.settings import KafkaSettings
from tiendo_local.broken_batch import CODECS, broken_batch, send_broken
from tiendo_local.servers.broker import Broker

from ..conftest import ServiceProbe, an_event
from ..workers import a_group, a_worker, settings_of, until

VALUES = [b"one", b"two", b"three"]


@pytest.mark.parametrize("compression", CODECS)
def test_a_record_is_read_out_of_its_batch(compression: str | None) -> None:
    batches = broken_batch(VALUES, first_offset=5) + broken_batch(VALUES, compression=compression, first_offset=8)
    records, after = read_batch(batches, 9)
    found = records[0]
    assert [record.offset for record in records] == [9, 10] and after == 11
    assert (found.offset, found.timestamp_ms, found.key, found.value) == (9, 1_700_000_000_001, b"key", b"two")
    assert found.headers == ((b"\xff\xfe", b"\x01\xff"), (b"null", None))


def test_a_corrupt_batch_is_kept_as_it_is() -> None:
    good = broken_batch(VALUES, first_offset=8)
    bad = good[:-1] + bytes([good[-1] ^ 1])
    for batch, reason in ((bad, "checksum"), (good[:-3], "of"), (good[:20], "unpack")):
        with pytest.raises(UnreadableBatch):
            read_batch(batch, 9)
        parts = split_batch(batch, TopicPartition("t", 0), 9, "cannot decode")
        (kept,) = parts.letters
        assert (kept["offset"], kept["timestamp_ms"], kept["value"]) == (9, 0, batch)
        assert not parts.readable and parts.after > 9
        assert "cannot decode" in kept["reason"] and reason in kept["reason"]


def test_no_bytes_are_no_broken_bytes() -> None:
    for batches in (b"", broken_batch(VALUES, first_offset=5)):
        with pytest.raises(NothingFetched):
            read_batch(batches, 9)


@pytest.mark.parametrize("compression", CODECS)
async def test_a_worker_keeps_it_whole_and_goes_on(
    probe: ServiceProbe, broker: Broker, topics: Callable[..., str], compression: str | None
) -> None:
    topic = topics("hostile", partitions=1)
    events = [an_event() for _ in range(4)]
    bodies = [event.to_bytes() for event in events]
    sent_ms = int(time.time() * 1000) - 60_000  # not older than what the broker keeps: it may clean up meanwhile
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
    await producer.start()
    try:
        await send_broken(producer, topic, bodies[:3], compression=compression, timestamp_ms=sent_ms)
        await producer.send_and_wait(topic, bodies[3])
    finally:
        await producer.stop()
    raw = await fetch_raw(KafkaSettings(kafka_bootstrap_servers=broker.bootstrap), TopicPartition(topic, 0), 1)
    assert [record.value for record in read_batch(raw, 1)[0]] == bodies[1:3]

    worker = a_worker(probe, settings_of(probe, broker, a_group()), topic)
    await worker.start()
    try:

        async def applied() -> bool:
            return events[3].id in await probe.effects()

        await until(applied)
    finally:
        await asyncio.gather(worker.stop())
    assert await probe.effects() == [events[0].id, events[2].id, events[3].id]
    (letter,) = await probe.rows("select * from dead_letter")
    assert (letter.offset, letter.key, letter.value, letter.event_id) == (1, b"key", bodies[1], None)
    assert letter.timestamp_ms == sent_ms + 1 and letter.type == events[1].type
    assert letter.headers == [["\\xff\\xfe", base64.b64encode(b"\x01\xff").decode()], ["null", None]]
    assert "cannot decode" in letter.reason
