"""Faults of the libraries that our code works around. One that fails here is mended: delete its workaround, and it."""

import asyncio
import socket
from inspect import unwrap
from types import SimpleNamespace

import pytest
import uvloop
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaError
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from faststream.kafka.message import KafkaMessage
from faststream.kafka.parser import AioKafkaBatchParser


class ClosedTransport:
    """A stream whose transport is gone, as uvloop tells it."""

    def write(self, _: bytes) -> None:
        raise RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed")

    def close(self) -> None: ...


def test_upstream_uvloop_refuses_a_write_to_a_closed_transport() -> None:
    """`shared.messaging.client.tolerate_closed_transports`; asyncio says nothing."""

    async def write_after_close() -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=ours)
            transport.abort()
            await asyncio.sleep(0)
            transport.write(b"late")

    loop = uvloop.new_event_loop()
    try:
        with pytest.raises(RuntimeError, match="the handler is closed"):
            loop.run_until_complete(write_after_close())
    finally:
        loop.close()


async def test_upstream_aiokafka_1038_takes_it_for_no_broken_connection() -> None:
    """`shared.messaging.client.tolerate_closed_transports`; KafkaError is a RuntimeError, too."""
    connection = AIOKafkaConnection("127.0.0.1", 9092)
    connection._versions = {MetadataRequest.API_KEY: (0, 4)}
    connection._writer = ClosedTransport()
    with pytest.raises(RuntimeError) as raised:
        unwrap(AIOKafkaConnection.send)(connection, MetadataRequest([]))
    assert not isinstance(raised.value, KafkaError), raised.value


async def test_upstream_faststream_2458_cannot_read_a_header_that_is_no_utf_8() -> None:
    """`shared.messaging.consumer.subscription.Subscription._parse`."""
    record = SimpleNamespace(value=b"{}", headers=(("name", b"\xc3\x28"),), topic="t", offset=0, timestamp=0)
    with pytest.raises(UnicodeDecodeError):
        await AioKafkaBatchParser(KafkaMessage, None).parse_batch((record,))


def test_upstream_aiokafka_cannot_read_a_header_whose_name_is_no_utf_8() -> None:
    """`shared.messaging.consumer.undecodable`."""
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=0, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=-1,
        batch_size=1000,
    )  # fmt: skip
    builder.append(0, timestamp=0, key=None, value=b"{}", headers=[("name", b"")])
    with pytest.raises(UnicodeDecodeError):
        list(DefaultRecordBatch(bytes(builder.build()).replace(b"name", b"n\xc3\x28e")))


async def test_upstream_aiokafka_asks_a_controller_that_it_does_not_know() -> None:
    """`tiendo_local.servers.topics.create_topics`: a broker that just came back may not tell one yet."""

    async def update() -> None: ...

    admin = AIOKafkaAdminClient()
    admin._client = SimpleNamespace(cluster=SimpleNamespace(controller=None), force_metadata_update=update)
    with pytest.raises(AttributeError, match="nodeId"):
        await admin._send_to_controller(MetadataRequest([]))
