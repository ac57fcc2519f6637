"""Connections that vanish under the Kafka client: an error it knows, and a process that is started again."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.metadata import MetadataRequest

from shared.messaging.client import BRIEF_WAIT_MS, abandon, let_kafka_wait, tolerate_closed_transports
from tiendo_local.servers.broker import Broker

from .conftest import ServiceProbe
from .workers import a_group, a_worker, settings_of, until


class Gone:
    """A stream whose transport has just been closed, as uvloop tells it; seen in a run of the resilience suite."""

    def __init__(self, stream: asyncio.StreamWriter) -> None:
        self._stream = stream

    def write(self, _: bytes) -> None:
        raise RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed")

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


async def test_a_transport_that_is_gone_is_a_broken_connection(broker: Broker) -> None:
    """Else the RuntimeError ends whatever task of the client sends, the fetching one for instance."""
    tolerate_closed_transports()
    client = AIOKafkaClient(bootstrap_servers=broker.bootstrap)
    await client.bootstrap()
    try:
        await client.ready(client.get_random_node())
        connection = next(iter(client._conns.values()))
        connection._writer = Gone(connection._writer)
        with pytest.raises(KafkaConnectionError, match="the handler is closed"):
            connection.send(MetadataRequest([]))
        assert not connection.connected()
    finally:
        await client.close()


async def test_a_client_that_ceased_to_fetch_is_over(
    probe: ServiceProbe, broker: Broker, topics: Callable[..., str]
) -> None:
    worker = a_worker(probe, settings_of(probe, broker, a_group()), topics("ceased", partitions=1))
    await worker.start()
    try:

        async def assigned() -> bool:
            return bool(worker.partitions())

        await until(assigned)
        assert worker.ended() is None and worker.stuck() is None
        worker._subscription.consumer._fetcher._fetch_task.cancel()  # type: ignore[union-attr]

        async def over() -> bool:
            return worker.ended() == "consumer: ended" and worker.stuck() == "consumer: ended"

        await until(over)
    finally:
        await worker.stop()


async def test_a_fetch_waits_at_kafka_as_long_as_it_is_told(broker: Broker, topics: Callable[..., str]) -> None:
    """The client has no word for it once it is started; what is set here is what its next request says."""
    topic = topics("patient")
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=broker.bootstrap, fetch_max_wait_ms=700)
    async with consumer:
        asked: list[int] = []
        send = consumer._client.send

        async def noting(node: int, request: Any, **others: Any) -> Any:
            if isinstance(request, FetchRequest):
                asked.append(request._max_wait_ms)
            return await send(node, request, **others)

        consumer._client.send = noting
        for milliseconds, told in ((BRIEF_WAIT_MS, BRIEF_WAIT_MS), (None, 700), (1500, 1500)):
            let_kafka_wait(consumer, milliseconds)
            async with asyncio.timeout(10):
                while not asked or asked[-1] != told:
                    await asyncio.sleep(0.02)


async def test_an_abandoned_producer_leaves_nothing_running(broker: Broker, topics: Callable[..., str]) -> None:
    """Even with a record on its way that Kafka does not take."""
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, enable_idempotence=broker.idempotent, acks="all")
    await producer.start()
    sender = producer._sender.sender_task
    waiting = await producer.send(topics("abandoned"), b"value")
    async with asyncio.timeout(12):
        await abandon(producer)
    assert sender.done()
    waiting.cancel()
