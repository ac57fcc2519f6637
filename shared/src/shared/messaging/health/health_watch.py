"""The signs of life of a worker, gathered for `liveness`, and the two loops that look after servers and outbox."""

import asyncio
import time
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from shared import metrics
from shared.loops import pause
from shared.messaging.backlog import read_backlog
from shared.messaging.consumer.subscription import Subscription
from shared.messaging.health.guarded_loop import GuardedLoop
from shared.messaging.health.liveness import Probe, Reached, stuck, suspicious
from shared.messaging.health.reachability import Reachability, is_away, kafka_answers
from shared.messaging.relay.relay import Relay
from shared.settings import ServiceSettings

WATCH_SECONDS = 5.0


class HealthWatch:
    """`relaying` is the relay's task, `loops` are all guarded loops."""

    def __init__(
        self, settings: ServiceSettings, engine: AsyncEngine, relay: Relay, subscription: Subscription | None
    ) -> None:
        self._settings = settings
        self._limit = settings.stuck_after_seconds
        self._engine = engine
        self._relay = relay
        self._subscription = subscription
        self._kafka, self._database = Reachability(), Reachability()
        self._pending, self._oldest = 0, 0.0
        self._started_at = time.monotonic()
        self.relaying: asyncio.Task[None] | None = None
        self.loops: Sequence[GuardedLoop] = ()

    async def watch_outbox(self, stopping: asyncio.Event) -> None:
        """Apart from the relay: while Kafka is away the relay waits, and that is when these figures are looked at."""
        while not stopping.is_set():
            try:
                async with self._engine.connect() as connection:
                    backlog = await read_backlog(connection)
                    self._pending, self._oldest = backlog.outbox, backlog.oldest_seconds
            except Exception as error:
                if is_away(error):
                    self._database.saw(False)
                raise
            self._database.saw(True)
            metrics.OUTBOX_PENDING.labels(self._settings.service).set(self._pending)
            metrics.DEAD_LETTERS_OPEN.labels(self._settings.service).set(backlog.dead_letters)
            metrics.DATABASE_BEHIND.labels(self._settings.service).set(backlog.behind)
            metrics.OUTBOX_OLDEST_AGE.labels(self._settings.service).set(self._oldest)
            await pause(stopping, min(WATCH_SECONDS, self._limit / 12))

    async def watch_kafka(self, stopping: asyncio.Event) -> None:
        """Asks only when there is a doubt that the answer would settle."""
        while not stopping.is_set():
            doubt = suspicious(self.probes(), self._limit)
            self._kafka.saw(doubt and await kafka_answers(self._settings))
            await pause(stopping, min(10.0, self._limit / 12))

    def probes(self) -> list[Probe]:
        relayed = time.monotonic() - self._relay.moved_at
        ended = self.relaying is not None and self.relaying.done()
        # What Kafka refuses is no hang: the producer is new each second, and the API may live in this process.
        pending = min(relayed, self._oldest) if self._pending and not self._relay.refused else None
        return [
            Probe("relay", pending, kafka=True, database=True, ended=ended),
            *(self._consuming(self._subscription) if self._subscription else []),
            *(Probe(f"loop {loop.name}", loop.failing_for) for loop in self.loops),
        ]

    def _consuming(self, subscription: Subscription) -> list[Probe]:
        now, rebalance = time.monotonic(), subscription.rebalance
        if subscription.consumer is None:
            waits = subscription.refused or subscription.positions.behind
            return [Probe("connecting", None if waits else now - self._started_at, kafka=True)]
        polled = subscription.polled_at()
        if polled:
            metrics.CONSUMER_LAST_POLL.labels(self._settings.service).set(polled)
        batch, failing = rebalance.batch_since, rebalance.failing_since
        idle = polled is None or batch is not None or rebalance.resting
        # A batch that took long filled the client's buffers meanwhile.
        unpolled = None if polled is None or idle else min(time.time() - polled, now - rebalance.done_at)
        return [
            Probe("consumer", None if idle else now - rebalance.asked_at, kafka=True, ended=subscription.ended),
            Probe("poll", unpolled, kafka=True),
            Probe("batch in hand", None if batch is None else now - batch, kafka=True, database=True),
            Probe("fetching", None if failing is None else now - failing, kafka=True, database=True),
        ]

    def ended(self) -> str | None:
        """What is over and will not come back, though it should go on."""
        return next((f"{probe.name}: ended" for probe in self.probes() if probe.ended), None)

    def stuck(self) -> str | None:
        """None while there is progress, else what is stuck: restart me. A ping would not notice a zombie consumer."""
        reached = Reached(self._kafka.seconds, self._database.seconds)
        return next((why for probe in self.probes() if (why := stuck(probe, reached, self._limit))), None)
