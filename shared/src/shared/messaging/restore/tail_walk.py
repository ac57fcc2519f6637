"""How far the events of a source reach in Kafka, read from the end: a relay asks before it sends.

Before the last record of the source there may be as much junk as fits into seven days, with signatures that must be
checked. So what is read is kept between tries, and each stretch is told: it is slow, and neither hangs nor begins anew.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.events import InvalidEvent, SourceHeartbeat
from shared.events.topics import OPERATIONS
from shared.messaging.restore.source_tail import Sent, partition_of, sent_by, stretch, tail_consumer
from shared.messaging.signing.signature_verifier import SignatureVerifier, read
from shared.messaging.signing.stranger import Stranger
from shared.messaging.signing.trusted_keys import TrustedKeys
from shared.settings import ServiceSettings

LAST_RECORDS = 20  # of each partition of a topic that is the source's own
LAST_BEATS = 500  # of the one partition with its heartbeats, which other sources may share
STRETCH = 10_000  # records: seconds, where the signature of each is checked
YIELD_AFTER = 50  # records: the API may live in this process

log = structlog.get_logger()


@dataclass(slots=True)
class _Known:
    """Of a partition: the records from `first` to before `end` are read. `heard`: what stands before says no more."""

    first: int
    end: int
    heard: bool = False


class TailWalk:
    """`moved` is called after each stretch."""

    def __init__(
        self, settings: ServiceSettings, verifier: SignatureVerifier | None, moved: Callable[[], None] = lambda: None
    ) -> None:
        self._settings = settings
        self._source = f"/{settings.service}"
        self._verifier = verifier
        self._moved = moved
        self._keys: TrustedKeys | None = None
        self._reached = 0
        self._beats: TopicPartition | None = None  # where the heartbeats of this service stand
        self.forget()

    def forget(self) -> None:
        """What was read: the next look begins at the end."""
        self._known: dict[TopicPartition, _Known] = {}
        self._last: Sent | None = None

    async def last(self, reached: int = 0) -> Sent | None:
        """The last event that Kafka has of this service, or has heard of. One of a number up to `reached` is no
        setback, and perhaps not the last. After a failure it goes on where it was. Raises KafkaError, OSError,
        TimeoutError."""
        keys = self._verifier.keys if self._verifier else None
        if reached < self._reached or keys is not self._keys:  # what was passed over may count now
            self.forget()
        self._reached, self._keys = reached, keys
        try:
            await self._walk()
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # A task of the client that was cancelled is awaited by the client itself: nobody has cancelled us.
            raise ConnectionError("the Kafka client gave up reading") from error
        return self._last

    async def _walk(self) -> None:
        consumer = tail_consumer(self._settings)
        try:
            await consumer.start()
            partitions = consumer.assignment()
            self._beats = partition_of(self._source, partitions)
            ends = await consumer.end_offsets(partitions)
            begins = await consumer.beginning_offsets(partitions)
            for at in partitions:
                known = self._known.get(at)
                if known is None or not begins[at] <= known.end <= ends[at]:
                    known = self._known[at] = _Known(ends[at], ends[at])
                consumer.seek(at, known.end if known.end < ends[at] else max(begins[at], known.first - self._most(at)))
            waiting = {at for at in partitions if ends[at] > begins[at]}
            consumer.pause(*(partitions - waiting))
            for at in sorted(waiting):  # one by one: then it is known whose batch cannot be decoded
                await self._read(consumer, at, begins[at], ends[at])
        finally:
            await consumer.stop()

    async def _read(self, consumer: AIOKafkaConsumer, at: TopicPartition, begin: int, end: int) -> None:
        known = self._known[at]
        # Elsewhere on the topic of all sources there may be nothing of this one, and a heartbeat tells of it.
        at_once = at.topic == OPERATIONS and at != self._beats
        while known.end < end:  # what came since the last try
            upto = min(end, known.end + STRETCH)
            heard = await self._listen(consumer, at, known.end, upto, known.heard)
            known.end, known.heard = upto, heard
        while known.first > begin and not known.heard:
            first = max(begin, known.first - min(STRETCH, max(self._most(at), 2 * (known.end - known.first))))
            heard = await self._listen(consumer, at, first, known.first)
            known.first, known.heard = first, heard or at_once
            if first > begin and not known.heard:
                log.warning("tail.flooded", topic=at.topic, partition=at.partition, read_from=first, read_to=end)

    def _most(self, at: TopicPartition) -> int:
        return LAST_BEATS if at == self._beats else LAST_RECORDS

    async def _listen(
        self, consumer: AIOKafkaConsumer, at: TopicPartition, first: int, end: int, heard: bool = False
    ) -> bool:
        """Whether the source speaks here, or `heard` before. A signature is checked of what would be news, and of a few
        others, which show that it does."""
        others = records = 0
        async for record in stretch(self._settings, consumer, at, first, end):
            records += 1
            if records % YIELD_AFTER == 0:
                await asyncio.sleep(0)
            said = _number(record.value, self._source)
            if said is None:
                continue
            if said <= max(self._reached, self._last.sequence if self._last else 0):
                if heard or others == LAST_RECORDS:
                    continue
                others += 1
            with suppress(InvalidEvent, Stranger):
                event = read(record, self._verifier)
                heard = heard or at != self._beats or isinstance(event.data, SourceHeartbeat)
                sent = sent_by(event, record.value)
                if sent and (self._last is None or sent.sequence > self._last.sequence):
                    self._last = sent
        self._moved()
        return heard


def _number(value: bytes | None, source: str) -> int | None:
    """The number that a record says to have, or to tell of; None for what can be no word of the source."""
    try:
        found = json.loads(value or b"")
        return int(found.get("sequence") or found["data"]["sequence"]) if found["source"] == source else None
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):
        return None
