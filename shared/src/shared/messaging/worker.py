"""A service's worker: the relay, the batch subscriber and the service's own loops, started and stopped together."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import metrics
from shared.catalogue import load
from shared.messaging.consumer import Apply, BatchConsumer
from shared.messaging.dead_letter import count_open
from shared.messaging.intake import REBALANCE_TIMEOUT_MS, Intake
from shared.messaging.relay import Relay, outbox_state
from shared.messaging.retention import forget_inbox, pause
from shared.messaging.undecodable import stepping_over
from shared.settings import ServiceSettings
from shared.shutdown import CANCEL_SECONDS, DRAIN_SECONDS

STUCK_AFTER_SECONDS = 120
GRACEFUL_SECONDS = DRAIN_SECONDS - 3  # the rest is for leaving the group
WATCH_SECONDS = 1.0
FORGET_SECONDS = 3600.0

log = structlog.get_logger()
Loop = Callable[[asyncio.Event], Awaitable[None]]


async def _tolerate_headers(
    records: tuple[ConsumerRecord, ...], original: Callable[..., Awaitable[KafkaMessage]]
) -> KafkaMessage:
    """FastStream decodes headers as UTF-8 and silently drops the batch when it cannot; our events do not need them."""
    message = await original(tuple(replace(record, headers=()) for record in records))
    message.raw_message = records
    return message


async def _undecoded(message: KafkaMessage) -> object:
    return message.raw_message


class ServiceWorker:
    """`loops` get an event that is set when they must end; `topics` may be empty for a service that only publishes."""

    def __init__(
        self,
        settings: ServiceSettings,
        engine: AsyncEngine,
        *,
        topics: Sequence[str] = (),
        apply: Apply | None = None,
        loops: Sequence[Loop] = (),
    ) -> None:
        self.settings = settings
        self.engine = engine
        self.relay = Relay(engine, settings, catalogue_version=load(settings.catalogue_path).version)
        self.broker = KafkaBroker(
            settings.kafka_bootstrap_servers.split(","),  # FastStream takes one string for one server
            client_id=settings.service,
            consumer_only=True,
            allow_auto_create_topics=False,
            graceful_timeout=GRACEFUL_SECONDS,
            logger=logging.getLogger("tiendo.kafka"),
            log_level=logging.DEBUG,
        )
        self.intake = Intake()
        self._loops = loops
        self._stopping = asyncio.Event()
        self._connecting: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._started_at = time.time()
        self._subscribers = [self._subscribe(topics, apply)] if topics and apply else []

    def _subscribe(self, topics: Sequence[str], apply: Apply) -> object:
        consumer = BatchConsumer(self.engine, self.settings.service, apply)
        subscriber = self.broker.subscriber(
            *topics,
            group_id=self.settings.service,
            batch=True,
            max_records=500,
            batch_timeout_ms=25,
            parser=_tolerate_headers,
            decoder=_undecoded,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            auto_offset_reset="earliest",
            session_timeout_ms=self.settings.kafka_session_timeout_ms,
            heartbeat_interval_ms=min(5_000, self.settings.kafka_session_timeout_ms // 4),
            rebalance_timeout_ms=REBALANCE_TIMEOUT_MS,
            listener=self.intake,
            max_poll_interval_ms=300_000,
            max_partition_fetch_bytes=4 * 2**20,
            fetch_max_wait_ms=self.settings.kafka_fetch_max_wait_ms,
        )
        fetch = self.intake.fetching(stepping_over(self.engine, subscriber.get_msg))
        subscriber.get_msg = fetch  # type: ignore[method-assign,assignment]
        subscriber.consume_one = self.intake.consuming(subscriber.consume_one)  # type: ignore[method-assign,assignment]

        @subscriber
        async def on_batch(message: KafkaMessage) -> None:
            raw = message.raw_message
            records = raw if isinstance(raw, tuple) else (raw,)
            with self.intake.pacing(len(records)):
                await consumer.consume(records)

        return subscriber

    async def start(self) -> None:
        """Connect and start consuming. While Kafka cannot be reached it is tried again every second."""
        self._connecting = asyncio.create_task(self._connect(), name="connect")
        self._tasks = [
            asyncio.create_task(self.relay.run(), name="relay"),
            self._connecting,
            asyncio.create_task(self._guard(self._watch_outbox), name="outbox watch"),
            asyncio.create_task(self._guard(self._forget), name="retention"),
            *(asyncio.create_task(self._guard(loop), name=getattr(loop, "__name__", "loop")) for loop in self._loops),
        ]

    async def _connect(self) -> None:
        while self._subscribers and not self._stopping.is_set():
            try:
                await self.broker.start()
                return
            except Exception as error:
                log.warning("broker.retry", error=repr(error)[:300])
                await self.broker.stop()
                await asyncio.sleep(1)

    async def _guard(self, loop: Loop) -> None:
        """A loop that fails is logged and started again a second later."""
        while not self._stopping.is_set():
            try:
                await loop(self._stopping)
                return
            except Exception:
                log.exception("loop.retry")
                await asyncio.sleep(1)

    async def _watch_outbox(self, stopping: asyncio.Event) -> None:
        """Apart from the relay: while Kafka is away the relay waits, and that is when these figures are looked at."""
        while not stopping.is_set():
            async with self.engine.connect() as connection:
                pending, age = await outbox_state(connection)
                metrics.DEAD_LETTERS_OPEN.labels(self.settings.service).set(await count_open(connection))
            metrics.OUTBOX_PENDING.labels(self.settings.service).set(pending)
            metrics.OUTBOX_OLDEST_AGE.labels(self.settings.service).set(age)
            await pause(stopping, WATCH_SECONDS)

    async def _forget(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await forget_inbox(self.engine)
            await pause(stopping, FORGET_SECONDS)

    async def stop(self) -> None:
        """Finish the batch in hand, send what the relay is sending, leave the group: all at once, within the drain."""
        self._stopping.set()
        self.relay.stop()
        leaving = asyncio.create_task(self._leave(), name="leave")
        _, late = await asyncio.wait([leaving, *self._tasks], timeout=DRAIN_SECONDS)
        for task in late:
            log.warning("stop.late", task=task.get_name())
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=CANCEL_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self.engine.dispose()

    async def _leave(self) -> None:
        if self._connecting:
            self._connecting.cancel()
            await asyncio.wait([self._connecting])
        await self.broker.stop()

    def stuck(self) -> str | None:
        """None while there is progress, else what is stuck: restart me. A ping would not notice a zombie consumer."""
        for task in self._tasks:
            if task.done() and task.get_name() == "relay" and not self._stopping.is_set():
                return f"{task.get_name()} ended"
        now = time.time()
        for consumer in self._consumers():
            polls = [poll / 1000 for tp in consumer.assignment() if (poll := consumer.last_poll_timestamp(tp))]
            if polls:
                metrics.CONSUMER_LAST_POLL.labels(self.settings.service).set(min(polls))
                if now - min(polls) > STUCK_AFTER_SECONDS:
                    return f"no record asked for in {STUCK_AFTER_SECONDS} s"
        return None

    def waiting(self) -> str | None:
        """None once records can come in, else what is awaited."""
        if self._subscribers and not self._consumers():
            return "not connected to Kafka"
        if any(not consumer.assignment() for consumer in self._consumers()) and self._age() < STUCK_AFTER_SECONDS:
            return "waiting for partitions"
        return None

    def partitions(self) -> set[TopicPartition]:
        """Those this worker owns now."""
        return {partition for consumer in self._consumers() for partition in consumer.assignment()}

    def _age(self) -> float:
        return time.time() - self._started_at

    def _consumers(self) -> list[AIOKafkaConsumer]:
        return [c for s in self._subscribers if (c := getattr(s, "consumer", None)) is not None]
