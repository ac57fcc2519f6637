"""Records that the Kafka client itself cannot decode, such as one whose header's name is not UTF-8.

aiokafka raises from `getmany` for the whole fetch, again and again, and loses what it had taken from other partitions.
We go back to what was applied and step through the partitions one record at a time. The batch that fails is fetched
past the client's decoder and taken apart: its readable records are applied like all others, the rest is kept whole as
dead letters. We know no upstream issue; `tests/messaging/test_upstream.py` fails when the client decodes such a record.
"""

from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError, CorruptRecordException, KafkaError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import metrics
from shared.messaging.consumer.dead_letter_row import letter, quarantine
from shared.messaging.consumer.poison import PoisonGate
from shared.messaging.consumer.raw_record import RawRecord, UnreadableBatch, fetch_raw, read_batch
from shared.messaging.consumer.rebalance import Fetch, RebalanceGuard, Records, give_back
from shared.messaging.consumer.strangers import Strangers
from shared.messaging.restore.consumed import reach
from shared.messaging.signing.stranger import told
from shared.settings import ServiceSettings

STEP = 100
WAIT_MS = 100

log = structlog.get_logger()


def is_undecodable(error: Exception) -> bool:
    """aiokafka reports what it cannot decode by CorruptRecordException or by whatever its decoder stumbled over."""
    return isinstance(error, CorruptRecordException) or not isinstance(
        error, KafkaError | OSError | ConsumerStoppedError
    )


class UndecodableRecords:
    """Makes a fetch that no undecodable record can stop."""

    def __init__(
        self,
        settings: ServiceSettings,
        engine: AsyncEngine,
        gate: PoisonGate,
        rebalance: RebalanceGuard,
        strangers: Strangers | None = None,
    ) -> None:
        """`strangers`: where signatures are checked, these records are nobody's poison, since no service sends such."""
        self._settings = settings
        self._engine = engine
        self._gate = gate
        self._rebalance = rebalance
        self._strangers = strangers
        # Records were taken and lost; until we are back at what was applied, a fetch would go on behind them.
        self._astray = False

    def fetching(self, fetch: Fetch) -> Fetch:
        async def patient(consumer: AIOKafkaConsumer) -> Records:
            if not self._astray:
                try:
                    return await fetch(consumer)
                except Exception as error:
                    if not is_undecodable(error):
                        raise
                    log.warning("fetch.undecodable", error=repr(error)[:300])
                    self._astray = True
            found = await self._step(consumer)
            self._astray = False
            return found

        return patient

    async def _step(self, consumer: AIOKafkaConsumer) -> Records:
        before = self._rebalance.handovers
        # What the failed call had already taken from other partitions is gone with it: back to what was applied.
        await _back_to_applied(consumer)
        found: list[ConsumerRecord] = []
        try:
            for partition in sorted(consumer.assignment()):
                await self._readable(consumer, partition, found)
        except Exception:
            give_back(consumer, tuple(found))
            raise
        if self._rebalance.handovers != before:
            await _back_to_applied(consumer)
            return ()
        return tuple(found)

    async def _readable(
        self, consumer: AIOKafkaConsumer, partition: TopicPartition, found: list[ConsumerRecord]
    ) -> None:
        """Add the partition's records up to a batch that fails. If it is the first one, it is taken apart."""
        for taken in range(STEP):
            try:
                one = await consumer.getmany(partition, timeout_ms=WAIT_MS, max_records=1)
            except Exception as error:
                if not is_undecodable(error):
                    raise
                if not taken:
                    await self._take_apart(consumer, partition, found, error)
                return
            if not one:
                return
            found += one[partition]

    async def _take_apart(
        self, consumer: AIOKafkaConsumer, partition: TopicPartition, found: list[ConsumerRecord], error: Exception
    ) -> None:
        """Read the batch past the client's decoder: what can be read is found, the rest becomes dead letters."""
        offset = await consumer.position(partition)
        raw = await fetch_raw(self._settings, partition, offset)
        reason = f"the Kafka client cannot decode this record: {error!r}"
        if self._strangers:
            reason = f"{told('undecodable')}: {reason}"
        parts = split_batch(raw, partition, offset, reason)
        if parts.letters and self._strangers:
            await self._refuse(partition, parts.letters, self._strangers)
        async with self._engine.begin() as tx:
            # The offset that is committed in the end: what can be read of the batch is applied before that.
            await reach(tx, partition, offset, parts.after)
            if parts.letters and not self._strangers:
                self._gate.check(len(parts.letters) + len(parts.readable), len(parts.letters), parts.reason)
                await quarantine(tx, parts.letters)
        if parts.letters and not self._strangers:
            # The readable ones are counted when they are consumed.
            self._gate.took(len(parts.letters), len(parts.letters))
            metrics.DEAD_LETTERS.labels(self._settings.service, partition.topic).inc(len(parts.letters))
            offsets = [kept["offset"] for kept in parts.letters]
            log.error("record.dead", topic=partition.topic, partition=partition.partition, offsets=offsets[:20])
        found += parts.readable
        consumer.seek(partition, parts.after)
        if not parts.readable:  # else the offsets are committed with their effect
            await consumer.commit({partition: parts.after})

    async def _refuse(self, partition: TopicPartition, letters: list[dict[str, Any]], strangers: Strangers) -> None:
        if kept := strangers.within(letters[: max(0, strangers.room(*partition))]):
            async with self._engine.begin() as tx:
                await quarantine(tx, kept)
        strangers.refused(partition.topic, partition.partition, "undecodable", [letter["offset"] for letter in letters])
        strangers.wrote(kept)


@dataclass(frozen=True)
class Parts:
    """A batch taken apart. `after`: the offset behind it; `reason`: why the last of the letters is one."""

    readable: list[ConsumerRecord]
    letters: list[dict[str, Any]]
    after: int
    reason: str


def split_batch(batches: bytes, partition: TopicPartition, offset: int, reason: str) -> Parts:
    """The batch at `offset`. One that nobody can read is kept as it was fetched, as a single letter."""
    try:
        records, after = read_batch(batches, offset)
    except UnreadableBatch as error:
        reason = f"{reason}; nor can its batch, kept as fetched, up to offset {error.next_offset - 1}: {error}"
        whole = RawRecord(offset, 0, None, error.batch, ())
        return Parts([], [_letter(whole, partition, reason)], error.next_offset, reason)
    readable, letters = [], []
    for record in records:
        decoded = record.decoded(partition)
        if decoded is None:
            letters.append(_letter(record, partition, reason))
        else:
            readable.append(decoded)
    return Parts(readable, letters, after, reason)


def _letter(record: RawRecord, partition: TopicPartition, reason: str) -> dict[str, Any]:
    return letter(
        partition.topic,
        partition.partition,
        record.offset,
        record.timestamp_ms,
        key=record.key,
        value=record.value,
        headers=record.headers,
        reason=reason[:2000],
    )


async def _back_to_applied(consumer: AIOKafkaConsumer) -> None:
    for partition in consumer.assignment():
        committed = await consumer.committed(partition)
        if committed is None:
            await consumer.seek_to_beginning(partition)
        else:
            consumer.seek(partition, committed)
