"""The FastStream batch subscriber of a worker: its settings, and what we do to it so that no record is lost."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import chain

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaMessage
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.messaging.client import has_ceased_fetching, let_kafka_wait
from shared.messaging.consumer.batch_consumer import Apply, BatchConsumer, Contradicting
from shared.messaging.consumer.poison import PoisonGate, PoisonLimit
from shared.messaging.consumer.read_ahead import AppliedOffsets, ReadAhead
from shared.messaging.consumer.rebalance import REBALANCE_TIMEOUT_MS, RebalanceGuard, Records
from shared.messaging.consumer.received import GistOf
from shared.messaging.consumer.undecodable import UndecodableRecords
from shared.messaging.kafka import clients
from shared.messaging.restore.position_check import PositionCheck
from shared.messaging.signing.signature_verifier import SignatureVerifier
from shared.settings import ServiceSettings
from shared.shutdown import DRAIN_SECONDS

GRACEFUL_SECONDS = DRAIN_SECONDS - 3  # the rest is for leaving the group
MAX_RECORDS = 2000  # who lags needs few transactions; what so many whole events hold is some 20 MB
RECORD_BYTES = 8 * 2**10  # of nearly all reports: a full batch may be of one partition
PATIENCE = 4  # times as long as usual a fetch may wait when nothing comes
WAIT_MS = 1000  # for records; the first one ends it


async def _undecoded(message: KafkaMessage) -> object:
    return message.raw_message


class Subscription:
    """The topics of one service, read by its consumer group. `started` when the broker could be reached."""

    def __init__(
        self,
        settings: ServiceSettings,
        engine: AsyncEngine,
        topics: Sequence[str],
        apply: Apply,
        contradicting: Contradicting | None = None,
        gather_seconds: float = 0.0,
        gist_of: GistOf | None = None,
    ) -> None:
        """Raises StartError for keys that are of no use."""
        verifier = SignatureVerifier.of(settings)
        self._ahead = ReadAhead(MAX_RECORDS, gist_of, verifier)
        self.rebalance = RebalanceGuard(gather_seconds, full=MAX_RECORDS, hand_over=self._ahead.hand_over)
        self.positions = PositionCheck(settings, engine)
        self.refused: str | None = None  # why it could not connect the last time
        # A fetch that comes back is a sign of life.
        self._patient_ms = int(min(PATIENCE * settings.kafka_fetch_max_wait_ms, settings.stuck_after_seconds * 250))
        self.broker = clients.broker(
            settings,
            client_id=settings.service,
            consumer_only=True,
            allow_auto_create_topics=False,
            graceful_timeout=GRACEFUL_SECONDS,
            logger=logging.getLogger("tiendo.kafka"),
            log_level=logging.DEBUG,
        )
        self.gate = PoisonGate(settings.service, PoisonLimit.of(settings))
        batches = BatchConsumer(engine, settings.service, apply, self.gate, contradicting)
        subscriber = self.broker.subscriber(
            *topics,
            group_id=settings.service,
            batch=True,
            parser=self._parse,
            decoder=_undecoded,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            auto_offset_reset="earliest",
            session_timeout_ms=settings.kafka_session_timeout_ms,
            heartbeat_interval_ms=min(3_000, settings.kafka_session_timeout_ms // 4),
            rebalance_timeout_ms=REBALANCE_TIMEOUT_MS,
            listener=self.rebalance,
            max_poll_interval_ms=300_000,
            max_partition_fetch_bytes=MAX_RECORDS * RECORD_BYTES,
            fetch_max_wait_ms=settings.kafka_fetch_max_wait_ms,
        )
        strangers = batches.strangers if verifier else None
        undecodable = UndecodableRecords(settings, engine, self.gate, self.rebalance, strangers)
        fetch = self.rebalance.fetching(
            self.positions.fetching(undecodable.fetching(self._ahead.fetching(self._fetch)))
        )
        subscriber.get_msg = fetch  # type: ignore[method-assign,assignment]
        subscriber.consume_one = self.rebalance.consuming(subscriber.consume_one)  # type: ignore[method-assign,assignment]

        @subscriber
        async def on_batch(message: KafkaMessage) -> None:
            raw = message.raw_message
            records = raw if isinstance(raw, tuple) else (raw,)
            with self.rebalance.pacing(len(records)):
                decoded = await self._ahead.decoded(records)
                self._ahead.begin(self.consumer, records)
                await batches.take(decoded)
            # asyncio's cancelled timers keep the context they were made in, and with it the message, for as long as
            # they would have run: what was applied must not wait there.
            message.raw_message = records[:1]

        self._subscriber = subscriber

    async def _fetch(self, consumer: AIOKafkaConsumer) -> Records:
        """In the place of FastStream's own, which sleeps as long as it has waited in vain, whatever comes meanwhile: it
        must wait briefly, and so wakes an idle worker 20 times a second.

        When nothing came the client holds nothing, and its next fetch asks for every partition: Kafka may wait longer.
        """
        found = await consumer.getmany(timeout_ms=WAIT_MS, max_records=MAX_RECORDS)
        records = tuple(chain.from_iterable(found.values()))
        if len(records) < MAX_RECORDS:
            let_kafka_wait(consumer, None if records else self._patient_ms)
        return records

    async def _parse(
        self, records: tuple[ConsumerRecord, ...], original: Callable[..., Awaitable[KafkaMessage]]
    ) -> KafkaMessage:
        """FastStream decodes headers as UTF-8 and silently drops the batch when it cannot; our events do not need
        them. It gets one record for all: we read them ourselves, and copying each cost a tenth of a batch.

        ag2ai/faststream#2458: `tests/messaging/test_upstream.py` fails when it is mended.
        """
        message = await original((replace(records[0], headers=()),))
        message.raw_message = records
        message.consumer = AppliedOffsets(message.consumer, self._ahead, records)
        return message

    @property
    def consumer(self) -> AIOKafkaConsumer | None:
        """None until connected."""
        return self._subscriber.consumer

    @property
    def ended(self) -> bool:
        """Whether nothing asks for records any more although something should."""
        tasks = self._subscriber.tasks
        asked_by_nobody = bool(tasks) and all(task.done() for task in tasks)
        ceased = self.consumer is not None and has_ceased_fetching(self.consumer)
        return self._subscriber.running and (asked_by_nobody or ceased)

    def polled_at(self) -> float | None:
        """When Kafka last answered for any of our partitions, as `time.time`; None without
        partitions; when we got them, before the first answer.

        The newest: a partition whose records wait in the client's buffer is not asked for, and that is no fault.
        """
        if self.consumer is None:
            return None
        partitions = self.consumer.assignment()
        polls = [self.consumer.last_poll_timestamp(partition) for partition in partitions]
        return max((poll / 1000 for poll in polls if poll), default=self.rebalance.assigned_at if partitions else None)

    async def stop(self) -> None:
        self._ahead.stopping = True  # the batch in hand is the last
        await self.broker.stop()
        self._ahead.forget()

    async def start(self) -> None:
        self._ahead.stopping = False
        await self.broker.start()
