"""What stands between Kafka and the batch consumer: partitions are handed over only when the batch in hand is done.

aiokafka keeps heartbeating while `on_partitions_revoked` is awaited, so the old owner commits its batch to the database
and its offsets to Kafka before the new owner reads them: nothing is applied twice, not even attempted twice.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError, KafkaError

from shared.messaging.consumer.backoff import LONGEST_PAUSE_SECONDS, RetryAfter
from shared.messaging.gathering import Gathering

Records = tuple[ConsumerRecord, ...]
Fetch = Callable[[AIOKafkaConsumer], Coroutine[Any, Any, Records]]
Consume = Callable[[Records], Coroutine[Any, Any, None]]

REBALANCE_TIMEOUT_MS = 60_000
LONGEST_GATHER_SECONDS = 0.25
HANDOVER_SECONDS = 45.0  # below the rebalance timeout, after which the group goes on without us

log = structlog.get_logger()


class RebalanceGuard(ConsumerRebalanceListener):  # type: ignore[misc]
    """Wraps a subscriber's fetching and consuming; is its rebalance listener.

    After a batch of less than `full` records the next one begins `gather_seconds` after it began, later when it held
    many (`gathering`): what comes meanwhile costs one transaction together. After a quiet time nothing waits.

    Times are of `time.monotonic`: `asked_at` the last call for records, `batch_since` when the batch in hand was
    taken, `done_at` when the last one ended, `failing_since` when fetching began to fail without a success since.
    `resting` while a pause holds the next call up; `handovers` counts rebalances, and `hand_over` is called in each;
    `assigned_at` is `time.time()` of the latest.
    """

    def __init__(
        self, gather_seconds: float = 0.0, full: int = 0, hand_over: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._gathering = Gathering(least=gather_seconds, longest=LONGEST_GATHER_SECONDS)
        self._full = full
        self._hand_over = hand_over
        self.asked_at = time.monotonic()
        self.batch_since: float | None = None
        self.done_at = self.asked_at
        self.handovers = 0
        self.assigned_at: float | None = None
        self.resting = False
        self.failing_since: float | None = None
        self.failure: KafkaError | None = None  # with which Kafka refused the last fetch
        self._done = asyncio.Event()
        self._done.set()
        self._revoking = False
        self._failures = 0
        self._not_before = 0.0

    def fetching(self, fetch: Fetch) -> Fetch:
        """`fetch`, paced after failures, and giving back what a revocation has overtaken."""

        async def paced(consumer: AIOKafkaConsumer) -> Records:
            # Here and not in the handler: no batch is in hand, so neither a rebalance nor a stop waits for the pause.
            while (rest := self._not_before - time.monotonic()) > 0:
                self.resting = True
                with _unasked(consumer):
                    await asyncio.sleep(rest)
            self.resting = False
            self.asked_at = time.monotonic()
            try:
                with self.pacing(0):
                    records = await fetch(consumer)
            except ConsumerStoppedError:
                raise
            except KafkaError as error:  # FastStream tries again five seconds later, for ever
                self.failure = error
                self.failing_since = self.failing_since or self.asked_at
                raise
            except RetryAfter:
                return ()
            except Exception:  # from setting a record aside; FastStream would start over at once
                self.failing_since = self.failing_since or self.asked_at
                return ()
            self.failing_since = self.failure = None
            if self._revoking:
                give_back(consumer, records)
                return ()
            return records

        return paced

    def consuming(self, consume: Consume) -> Consume:
        """`consume`, during which a batch is in hand. It ends after FastStream has committed the offsets."""

        async def held(records: Records) -> None:
            self.batch_since = time.monotonic()
            self._done.clear()
            try:
                await consume(records)
            finally:
                if len(records) < self._full:
                    self._not_before = max(self._not_before, self._gathering.until(self.batch_since, len(records)))
                self.batch_since = None
                self.done_at = time.monotonic()
                self._done.set()

        return held

    @contextmanager
    def pacing(self, records: int) -> Iterator[None]:
        """A failure inside puts the next fetch off: 0.5 s, 1 s … 30 s, jittered; or as long as `RetryAfter` says."""
        try:
            yield
        except (KafkaError, ConsumerStoppedError):
            raise
        except Exception as error:
            self._failures += 1
            longest = min(LONGEST_PAUSE_SECONDS, 0.5 * 2 ** min(self._failures, 6))
            pause = longest * random.uniform(0.5, 1)  # noqa: S311  # spreads retries, hides nothing
            if isinstance(error, RetryAfter):
                pause = error.seconds
            log.warning("batch.retry", records=records, pause=round(pause, 1), error=repr(error)[:500])
            self._not_before = time.monotonic() + pause
            raise
        if records:
            self._failures = 0

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        self._revoking = True
        self.handovers += 1
        if not revoked:
            return
        try:
            async with asyncio.timeout(HANDOVER_SECONDS):
                await self._done.wait()
        except TimeoutError:
            # The inbox keeps the effect single: the new owner waits for our transaction, then sees our claims.
            log.warning("handover.late", seconds=HANDOVER_SECONDS, partitions=len(revoked))
        if self._hand_over:
            await self._hand_over()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._revoking = False
        self.assigned_at = time.time()


@contextmanager
def _unasked(consumer: AIOKafkaConsumer) -> Iterator[None]:
    """The client asks the broker for nothing: else a pause would be full of requests for one record each."""
    consumer.pause(*consumer.assignment())
    try:
        yield
    finally:
        consumer.resume(*consumer.paused())


def give_back(consumer: AIOKafkaConsumer, records: Records) -> None:
    """Set the positions back to the first of these records, as far as their partitions are still ours."""
    first: dict[TopicPartition, int] = {}
    for record in records:
        first.setdefault(TopicPartition(record.topic, record.partition), record.offset)
    for partition, offset in first.items():
        with suppress(KafkaError):  # not ours any more: the new owner starts from the committed offset
            consumer.seek(partition, offset)
