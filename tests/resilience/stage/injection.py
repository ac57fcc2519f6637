"""Records that nobody should have sent: those that must become dead letters, and those that must change nothing.

Nothing of it is signed by a service, so every consumer of a topic sets it aside: what is no event, an event that no
outbox has sent, and an event of ours with other bytes. A true event that comes once more, with its signature, changes
nothing.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.events import ALL_TOPICS, INDICATORS, INSPECTIONS, PARTITIONS, SUBMISSIONS, dataschema_of
from tiendo_local.broken_batch import send_broken

CONSUMERS = {topic: frozenset({"audit"}) for topic in ALL_TOPICS} | {
    SUBMISSIONS: frozenset({"aggregation", "notifications", "audit"})
}
NOBODY: frozenset[str] = frozenset()
TOO_LARGE = 950_000  # more than an event may have, less than the broker's limit
# The client cannot read on behind an undecodable record: only there, and nothing is read back from there.
UNDECODABLE_PARTITION = PARTITIONS - 1
READ_BACK = 40
KEY = b"injected"
ACK_SECONDS = 60


@dataclass(frozen=True)
class Injected:
    """Where it stands in Kafka; the services in whose dead letters it must be, and nowhere else.

    `sha256`: of its value, in hex; None for no value.
    """

    kind: str
    topic: str
    partition: int
    offset: int
    dead_for: frozenset[str]
    sha256: str | None = None


@dataclass(frozen=True)
class Record:
    """Something to inject. `undecodable`: with a header whose name is not UTF-8."""

    kind: str
    topic: str
    value: bytes | None
    dead_for: frozenset[str]
    headers: tuple[tuple[str, bytes | None], ...] = ()
    undecodable: bool = False


def hostile(rng: Random) -> list[Record]:
    """One of each kind on `submissions.v1`, a few on topics that only audit reads. Pure."""
    everyone = CONSUMERS[SUBMISSIONS]
    found = [
        Record("not JSON", SUBMISSIONS, b"{junk", everyone),
        Record("no event", SUBMISSIONS, b'{"hello": "world"}', everyone),
        Record("unknown type", SUBMISSIONS, foreign(rng, type="vn.tiendo.submission.lost.v1"), everyone),
        Record("future version", SUBMISSIONS, foreign(rng, type="vn.tiendo.submission.received.v2"), everyone),
        Record("no value", SUBMISSIONS, None, everyone),
        Record("not UTF-8", SUBMISSIONS, b'{"id": "\xff\xfe"}', everyone),
        Record("too large", SUBMISSIONS, b"[" + b" " * TOO_LARGE + b"]", everyone),
        Record("header not UTF-8", SUBMISSIONS, b"junk", everyone, headers=(("name", b"\xff"), ("null", None))),
        Record("header name not UTF-8", SUBMISSIONS, b"junk", everyone, undecodable=True),
        Record("unknown form", SUBMISSIONS, foreign(rng, form="B99-XA"), everyone),
        Record("unknown unit", SUBMISSIONS, foreign(rng, form="B02-XA-Q", unit="99999@2025-07-01"), everyone),
        Record("not JSON", INDICATORS, b"\x00\x01", CONSUMERS[INDICATORS]),
        Record("no value", INSPECTIONS, None, CONSUMERS[INSPECTIONS]),
        Record("header name not UTF-8", INDICATORS, b"junk", CONSUMERS[INDICATORS], undecodable=True),
    ]
    rng.shuffle(found)
    return found


def foreign(
    rng: Random,
    *,
    type: str = "vn.tiendo.submission.received.v1",
    form: str = "B01-XA",
    unit: str = "24611@2025-07-01",
) -> bytes:
    """An event of no outbox: without `sequence`, so that no chain knows of it."""

    def uuid() -> str:
        return str(UUID(int=rng.getrandbits(128), version=4))

    obligation = uuid()
    instant = "2026-11-24T08:00:00Z"
    event = {
        "specversion": "1.0",
        "id": uuid(),
        "source": "/submissions",
        "type": type,
        "subject": obligation,
        "time": instant,
        "datacontenttype": "application/json",
        "dataschema": dataschema_of(type),
        "catalogueversion": "0" * 64,
        "data": {
            "obligation_id": obligation,
            "obligation": "INJECTED",
            "form": form,
            "unit": unit,
            "period": "2026",
            "version": 1,
            "submission_id": uuid(),
            "revision": 1,
            "received_at": instant,
            "due_at": instant,
            "content_sha256": "0" * 64,
            "illustrative": False,
            "observations": [],
        },
    }
    return json.dumps(event).encode()


def contradicting(value: bytes) -> bytes:
    """The same event by id, source and sequence, as of another catalogue."""
    return json.dumps({**json.loads(value), "catalogueversion": "0" * 64}).encode()


class Injector:
    """Sends past the proxies. `kafka` is held by whoever takes Kafka away, so that each send has a plain answer."""

    def __init__(self, bootstrap: str, rng: Random, kafka: asyncio.Lock, *, idempotent: bool = True) -> None:
        self.injected: list[Injected] = []
        self._bootstrap = bootstrap
        self._rng = rng
        self._kafka = kafka
        self._idempotent = idempotent

    async def run(self, seconds: float, told: Callable[[Injected], None]) -> None:
        """Everything once, spread over `seconds`, with real events sent again in between."""
        records = hostile(self._rng)
        begin = time.monotonic()
        for number, record in enumerate(records):
            moment = begin + seconds * (number + 1) / (len(records) + 1)
            await asyncio.sleep(max(0.0, moment - time.monotonic()))
            told(await self.send(record))
            if number % 3 == 1:
                for repeated in await self.repeat():
                    told(repeated)

    async def send(self, record: Record) -> Injected:
        partition = UNDECODABLE_PARTITION if record.undecodable else self._rng.randrange(UNDECODABLE_PARTITION)
        async with self._kafka:
            # A batch of our own making cannot get the numbers of an idempotent producer.
            producer = await self._producer(idempotent=self._idempotent and not record.undecodable)
            try:
                async with asyncio.timeout(ACK_SECONDS):
                    if record.undecodable:
                        values = [record.value or b""]
                        sent = await send_broken(producer, record.topic, values, partition=partition, broken=0)
                    else:
                        sent = await producer.send_and_wait(
                            record.topic, record.value, key=KEY, partition=partition, headers=list(record.headers)
                        )
            finally:
                await producer.stop()
        digest = hashlib.sha256(record.value).hexdigest() if record.value else None
        return self._note(Injected(record.kind, record.topic, partition, sent.offset, record.dead_for, digest))

    async def repeat(self) -> list[Injected]:
        """Real events once more: the oldest of a partition backwards, into the same one and into another, and then one
        with other bytes behind itself."""
        topic, partition = SUBMISSIONS, self._rng.randrange(UNDECODABLE_PARTITION)
        async with self._kafka:
            values = await self._read(topic, partition)
            producer = await self._producer(idempotent=self._idempotent)
            try:
                found = []
                for place in (partition, (partition + 1) % UNDECODABLE_PARTITION):
                    for key, value, headers in reversed(values):
                        sent = await producer.send_and_wait(topic, value, key=key, partition=place, headers=headers)
                        kind = "duplicate" if place == partition else "duplicate elsewhere"
                        found.append(self._note(Injected(kind, topic, place, sent.offset, NOBODY)))
                for key, value, headers in values[:1]:
                    other, dead_for = contradicting(value), CONSUMERS[topic]
                    sent = await producer.send_and_wait(topic, other, key=key, partition=partition, headers=headers)
                    digest = hashlib.sha256(other).hexdigest()
                    found.append(self._note(Injected("contradiction", topic, partition, sent.offset, dead_for, digest)))
            finally:
                await producer.stop()
        return found

    def _note(self, injected: Injected) -> Injected:
        self.injected.append(injected)
        return injected

    async def _producer(self, *, idempotent: bool) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            acks="all",
            enable_idempotence=idempotent,
            request_timeout_ms=ACK_SECONDS * 1000,
        )
        await producer.start()
        return producer

    async def _read(
        self, topic: str, partition: int
    ) -> list[tuple[bytes | None, bytes, list[tuple[str, bytes | None]]]]:
        """Up to a few events from the beginning of a partition, with their headers; what was injected there is passed
        over."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, enable_auto_commit=False)
        await consumer.start()
        try:
            place = TopicPartition(topic, partition)
            consumer.assign([place])
            await consumer.seek_to_beginning(place)
            batch = (await consumer.getmany(timeout_ms=2000, max_records=READ_BACK)).get(place, [])
        finally:
            await consumer.stop()
        mine = {(i.topic, i.partition, i.offset) for i in self.injected}
        real = [
            (r.key, r.value, list(r.headers)) for r in batch if r.value and (topic, partition, r.offset) not in mine
        ]
        return real[:3]
