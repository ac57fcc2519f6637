"""A relay, and what stands in the place of its producer: what it sent, in which order, with which bytes."""

import asyncio
import hashlib
import json

from aiokafka import TopicPartition
from aiokafka.structs import RecordMetadata

from shared.events import Event
from shared.messaging import Relay
from shared.messaging.relay.chain import GENESIS
from shared.messaging.relay.relay import BATCH
from shared.settings import ServiceSettings

from ..conftest import ServiceProbe


def a_relay(probe: ServiceProbe, settings: ServiceSettings | None = None, *, batch: int = BATCH) -> Relay:
    return Relay(probe.engine, settings or probe.settings, catalogue_version="c" * 64, batch=batch)


async def drain(relay: Relay, producer: object) -> None:
    while await relay.step(producer):
        pass


class Recorder:
    """In the place of a Kafka producer: remembers what it acknowledged, and fails from the `fails_at`-th send on."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.sent: list[bytes] = []
        self._fails_at = fails_at

    async def send(self, topic: str, value: bytes, **_: object) -> asyncio.Future[RecordMetadata]:
        if self._fails_at is not None and len(self.sent) >= self._fails_at:
            raise TimeoutError
        self.sent.append(value)
        acknowledged: asyncio.Future[RecordMetadata] = asyncio.get_running_loop().create_future()
        offset = len(self.sent) - 1
        acknowledged.set_result(RecordMetadata(topic, 0, TopicPartition(topic, 0), offset, 0, 0, 0))
        return acknowledged


def assert_chained(bodies: list[bytes], events: list[Event]) -> None:
    """Every event once, in order, numbered from 1 without a gap, each naming the hash of the one before."""
    assert [json.loads(body)["id"] for body in bodies] == [event.id for event in events]
    prevhash = GENESIS
    for n, body in enumerate(bodies, 1):
        assert json.loads(body)["sequence"] == f"{n:020d}"
        assert json.loads(body)["prevhash"] == prevhash
        prevhash = hashlib.sha256(body).hexdigest()
