"""While a full batch is written, the next one is taken from the client's buffer and decoded: PostgreSQL and this
process work at the same time. So does Kafka, which takes the offsets of one batch during the next.

What is read ahead has not been applied. As long as there is any, only what stands before it is committed; left to
itself, the client commits all that was taken.
"""

import asyncio
from itertools import chain

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.messaging.client import BRIEF_WAIT_MS, let_kafka_wait
from shared.messaging.consumer.rebalance import Fetch, Records, give_back
from shared.messaging.consumer.received import Decoded, GistOf
from shared.messaging.signing.signature_verifier import SignatureVerifier

log = structlog.get_logger()

HAND_OVER_SECONDS = 5.0
SLICE = 25  # records decoded at a time: a millisecond, in which nothing else of this process moves


Offsets = dict[TopicPartition, int]


class ReadAhead:
    """Wraps a subscriber's fetching. `most`: records of a full batch; `gist_of`, `verifier`: for `Decoded`."""

    def __init__(self, most: int, gist_of: GistOf | None = None, verifier: SignatureVerifier | None = None) -> None:
        self._most = most
        self._gist_of = gist_of
        self._verifier = verifier
        self._reading: asyncio.Task[None] | None = None
        self._committing: asyncio.Task[None] | None = None
        self._records: Records = ()
        self._decoded = Decoded()
        self.stopping = False

    def begin(self, consumer: AIOKafkaConsumer, in_hand: Records) -> None:
        """With the batch in hand. After one that is not full nothing waits to be read."""
        is_full = len(in_hand) >= self._most
        let_kafka_wait(consumer, BRIEF_WAIT_MS if is_full else None)
        if is_full and not self.stopping:
            self._reading = asyncio.create_task(self._read(consumer), name="read ahead")

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        """Only what the client has already. What it raises is raised by the next fetch."""
        found = await consumer.getmany(timeout_ms=0, max_records=self._most)
        self._records = tuple(chain.from_iterable(found.values()))
        self._decoded = await self._decode(self._records)

    def fetching(self, fetch: Fetch) -> Fetch:
        """`fetch`, unless something has been read ahead."""

        async def ahead(consumer: AIOKafkaConsumer) -> Records:
            if (reading := self._reading) is not None:
                await asyncio.wait([reading])
                if reading is self._reading:  # else its partitions went meanwhile
                    self._reading = None
                    if not reading.exception() and self._records:
                        return self._records
                    await self._settle()
                    reading.result()
            return await fetch(consumer)

        return ahead

    async def decoded(self, records: Records) -> Decoded:
        """What a batch holds, which may have been decoded before."""
        ahead, ready = self._records, self._decoded
        self._records, self._decoded = (), Decoded()
        return ready if records is ahead else await self._decode(records)

    async def _decode(self, records: Records) -> Decoded:
        decoded = Decoded(self._gist_of, self._verifier)
        for start in range(0, len(records), SLICE):
            decoded.add(records[start : start + SLICE])
            if len(records) > SLICE:
                await asyncio.sleep(0)
        return decoded

    def behind(self, records: Records) -> Offsets | None:
        """Where to go on after a full batch; None after another: nothing is read ahead of it."""
        if len(records) < self._most:
            return None
        behind = {(record.topic, record.partition): record.offset + 1 for record in records}
        return {TopicPartition(*at): offset for at, offset in behind.items()}

    async def commit(self, consumer: AIOKafkaConsumer, offsets: Offsets | None) -> None:
        """Of what was applied. With more ahead Kafka's answer is waited for no sooner than somebody builds on it."""
        await self._settle()
        if offsets is None:  # all that was taken is applied
            await consumer.commit()
            return
        self._committing = asyncio.create_task(consumer.commit(offsets), name="commit")
        if self.stopping:
            await self._settle()

    async def _settle(self) -> None:
        """A commit that failed is made good by the next one; until then the inbox knows what was applied."""
        if (committing := self._committing) is not None:
            self._committing = None
            await asyncio.wait([committing])
            if not committing.cancelled() and (error := committing.exception()):
                log.warning("commit.failed", error=repr(error)[:300])

    def give_back(self, consumer: AIOKafkaConsumer) -> None:
        """The batch in hand comes again, and this after it. What the client lost meanwhile is for the next fetch to
        find out."""
        if self._reading is None or (self._reading.done() and self._reading.exception()):
            return
        give_back(consumer, self._records)
        self._reading.cancel()
        self._reading, self._records = None, ()

    async def hand_over(self) -> None:
        """The partitions go to another, who begins behind what was committed; it is waited for a moment longer."""
        if self._committing is not None:
            await asyncio.wait([self._committing], timeout=HAND_OVER_SECONDS)
        self.forget()

    def forget(self) -> None:
        """Of what is under way nothing is awaited any more: it comes again."""
        for task in (self._reading, self._committing):
            if task is not None:
                task.cancel()
        self._reading = self._committing = None
        self._records = ()


class AppliedOffsets:
    """The consumer, as a message knows it: commits what was applied, and goes back for what was not."""

    def __init__(self, consumer: AIOKafkaConsumer, ahead: ReadAhead, in_hand: Records) -> None:
        self._consumer = consumer
        self._ahead = ahead
        self._behind = ahead.behind(in_hand)

    async def commit(self) -> None:
        await self._ahead.commit(self._consumer, self._behind)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self._ahead.give_back(self._consumer)
        self._consumer.seek(partition, offset)
