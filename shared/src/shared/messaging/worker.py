"""A service's worker: the relay, the batch subscriber and the service's own loops, started and stopped together."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

import structlog
from aiokafka import TopicPartition
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.catalogue import load
from shared.loops import pause
from shared.messaging.consumer.batch_consumer import Apply, Contradicting, by_topic
from shared.messaging.consumer.received import GistOf
from shared.messaging.consumer.subscription import Subscription
from shared.messaging.health.guarded_loop import GuardedLoop, Loop
from shared.messaging.health.health_watch import HealthWatch
from shared.messaging.health.liveness import Probe
from shared.messaging.kafka.refusal import connection_refusal, refusal
from shared.messaging.relay.relay import Relay
from shared.messaging.retention import forget_inbox, forget_strangers
from shared.settings import ServiceSettings
from shared.shutdown import CANCEL_SECONDS, DRAIN_SECONDS

FORGET_SECONDS = 3600.0
ASIDE_SECONDS = 3.0

log = structlog.get_logger()


class ServiceWorker:
    """`effects`: what each topic does, empty for a service that only publishes. `loops` get an event that is set when
    they must end. `contradicting` goes to `BatchConsumer`, `gather_seconds` to `RebalanceGuard`,
    `gist_of` to `Decoded`."""

    def __init__(
        self,
        settings: ServiceSettings,
        engine: AsyncEngine,
        *,
        effects: Mapping[str, Apply] | None = None,
        loops: Sequence[Loop] = (),
        contradicting: Contradicting | None = None,
        gather_seconds: float = 0.0,
        gist_of: GistOf | None = None,
    ) -> None:
        self.settings = settings
        self.engine = engine
        self.relay = Relay(engine, settings, catalogue_version=load(settings.catalogue_path).version)
        self._subscription = (
            Subscription(settings, engine, list(effects), by_topic(effects), contradicting, gather_seconds, gist_of)
            if effects
            else None
        )
        self._health_watch = HealthWatch(settings, engine, self.relay, self._subscription)
        self._loops = [
            GuardedLoop("outbox watch", self._health_watch.watch_outbox),
            GuardedLoop("kafka watch", self._health_watch.watch_kafka),
            GuardedLoop("retention", self._forget),
            GuardedLoop("setback watch", self._stand_aside),
            *(GuardedLoop(getattr(loop, "__name__", "loop"), loop) for loop in loops),
        ]
        self._health_watch.loops = self._loops
        self._stopping = asyncio.Event()
        self._connecting: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._started_at = time.monotonic()

    async def start(self) -> None:
        """Connect and start consuming. While Kafka cannot be reached it is tried again every second."""
        self._health_watch.relaying = asyncio.create_task(self.relay.run(), name="relay")
        self._connecting = asyncio.create_task(self._connect(), name="connect")
        guarded = [asyncio.create_task(loop.run(self._stopping), name=loop.name) for loop in self._loops]
        self._tasks = [self._health_watch.relaying, self._connecting, *guarded]

    async def _connect(self) -> None:
        while self._subscription and not self._stopping.is_set():
            try:
                await self._subscription.start()
                return
            except Exception as error:
                await self._subscription.stop()
                refused = refusal(self.settings, error) or await connection_refusal(self.settings)
                self._subscription.refused = refused
                log.warning("broker.retry", error=repr(error)[:300], refused=refused)
                await asyncio.sleep(1)

    async def _stand_aside(self, stopping: asyncio.Event) -> None:
        """While the database is behind: out of the group, so that `rewind` can set its offsets, and in again after."""
        while not stopping.is_set():
            if self._subscription and self._subscription.positions.behind:
                await self._subscription.stop()
                if not await self._subscription.positions.is_behind():
                    self._connecting = asyncio.create_task(self._connect(), name="connect")
            await pause(stopping, ASIDE_SECONDS)

    async def _forget(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await forget_inbox(self.engine)
            await forget_strangers(self.engine)
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
        if self._subscription:
            await self._subscription.stop()

    def stuck(self) -> str | None:
        """Why this process should be started again; None while it makes progress or has nothing to do."""
        return None if self._stopping.is_set() else self._health_watch.stuck()

    def ended(self) -> str | None:
        """What of this process is over and will not come back; None while it stops."""
        return None if self._stopping.is_set() else self._health_watch.ended()

    def probes(self) -> list[Probe]:
        return self._health_watch.probes()

    def refused(self) -> str | None:
        """Why Kafka does not take what this service publishes, if it says so. Reports are still taken in meanwhile."""
        return self.relay.refused

    def waiting(self) -> str | None:
        """None once records come in and take effect, else what is awaited."""
        if not self._subscription:
            return None
        if self._subscription.gate.stopped:
            return self._subscription.gate.stopped
        if self._subscription.positions.behind:  # told as degraded: what is held can be read
            return None
        if self._subscription.consumer is None:
            why = self._subscription.refused
            return f"not connected to Kafka: {why}" if why else "not connected to Kafka"
        failure = self._subscription.rebalance.failure
        if failure and (refused := refusal(self.settings, failure)):
            return refused
        # Later it may well be that the group has more workers than partitions.
        if not self.partitions() and time.monotonic() - self._started_at < self.settings.stuck_after_seconds:
            return "waiting for partitions"
        return None

    def partitions(self) -> set[TopicPartition]:
        """Those this worker owns now."""
        consumer = self._subscription.consumer if self._subscription else None
        return set(consumer.assignment()) if consumer else set()
