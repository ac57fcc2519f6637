"""What aiokafka 0.14 leaves to its users: a transport that is gone under uvloop, a producer that cannot stop, a
fetch that keeps others waiting, and the offsets of a group in one request.

Each reaches into the client, hence the upper bound in pyproject.toml. The first is aio-libs/aiokafka#1038, and
`tests/messaging/test_upstream.py` fails when it is mended. Of the others we know no issue; they show only with a
broker, so `tests/messaging/test_client.py` tests what we do and not that it is still needed.
"""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from functools import wraps
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError, KafkaError

CLOSE_SECONDS = 5.0
BRIEF_WAIT_MS = 20


def tolerate_closed_transports() -> None:
    """Let a request on a connection that is just gone fail as one on a broken connection does.

    aio-libs/aiokafka#1038: asyncio ignores a write to a closed transport, uvloop raises RuntimeError for it, and
    aiokafka, which expects OSError, loses its fetching, coordinating or sending task to it: a member that heartbeats
    and never reads again.
    """
    send = AIOKafkaConnection.send

    @wraps(send)
    def sending(self: AIOKafkaConnection, request: Any, expect_response: bool = True) -> Any:
        try:
            return send(self, request, expect_response)
        except RuntimeError as error:
            self.close(reason=CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError(f"Connection at {self.host}:{self.port} broken: {error}") from error

    AIOKafkaConnection.send = sending


def has_ceased_fetching(consumer: AIOKafkaConsumer) -> bool:
    """Whether the client's own fetching task is over: `getmany` then answers nothing, for ever and without an error."""
    fetcher = consumer._fetcher
    return fetcher is not None and bool(fetcher.error_future.done())


def let_kafka_wait(consumer: AIOKafkaConsumer, milliseconds: int | None = None) -> None:
    """For how long the next fetches may wait at Kafka for records; None: as the consumer was told. What comes ends it.

    The client has one fetch under way at a broker. What it asks for then are the partitions of which it holds nothing;
    any other that has just been read to the end of what was fetched waits until that fetch comes back.
    """
    fetcher = consumer._fetcher
    if fetcher is not None:
        fetcher._fetch_max_wait_ms = consumer._fetch_max_wait_ms if milliseconds is None else milliseconds


async def committed_offsets(
    consumer: AIOKafkaConsumer, partitions: Collection[TopicPartition]
) -> dict[TopicPartition, int]:
    """What the group has committed of these. The client's own question is about one partition, a request for each."""
    if not partitions:
        return {}
    found = await consumer._coordinator.fetch_committed_offsets(list(partitions))
    return {partition: one.offset for partition, one in found.items() if one.offset >= 0}


async def abandon(producer: AIOKafkaProducer) -> None:
    """Close without flushing: what has no acknowledgement still stands in the outbox and goes again, in order.

    `stop` waits for Kafka, and given up half way it leaves a sender behind that goes on sending its batches for ever.
    """
    producer._closed = True
    sender: asyncio.Task[None] | None = producer._sender.sender_task
    if sender is not None:
        sender.cancel()
    with suppress(KafkaError, OSError, TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await producer.client.close()
    if sender is not None and not sender.done():
        await asyncio.wait([sender], timeout=CLOSE_SECONDS)
        sender.cancel()
