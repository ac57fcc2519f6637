"""One answer of everything that waits in a service: two statements to its database, and a question to Kafka."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.messaging.backlog import read_backlog
from shared.messaging.dead_letter import Wanted, search
from shared.messaging.kafka.group_lag import ASK_SECONDS, CLOSE_SECONDS, group_lag
from shared.messaging.restore.setback import read_setbacks
from shared.settings import ServiceSettings
from shared.span_processors.slow_traces import slow_traces
from shared.web.operations.schemas import (
    ConsumerState,
    LettersState,
    OpenLetter,
    OutboxState,
    PartitionLag,
    ServiceOperations,
    SetbackItem,
    SlowTraceItem,
    TopicLag,
)

NEWEST = 50
MOST_SECONDS = ASK_SECONDS + CLOSE_SECONDS


@dataclass(frozen=True, slots=True)
class OperationsReport:
    """Of one service; `topics` are those it consumes."""

    engine: AsyncEngine
    settings: ServiceSettings
    topics: Collection[str]
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def now(self) -> ServiceOperations:
        consumer, (outbox, letters, setbacks) = await asyncio.gather(self._consumer(), self._database())
        return ServiceOperations(
            service=self.settings.service,
            build=self.settings.build,
            outbox=outbox,
            dead_letters=letters,
            setbacks=setbacks,
            consumer=consumer,
            slow_traces=[SlowTraceItem(**asdict(one)) for one in slow_traces().now()],
        )

    async def _database(self) -> tuple[OutboxState, LettersState, list[SetbackItem]]:
        async with self.engine.connect() as tx:
            backlog = await read_backlog(tx)
            newest = await search(tx, Wanted("open"), None, NEWEST) if backlog.dead_letters else []
            setbacks = await read_setbacks(tx) if backlog.setbacks else []
        outbox = OutboxState(waiting=backlog.outbox, oldest_seconds=backlog.oldest_seconds, late=backlog.is_late)
        letters = [OpenLetter.of(one) for one in newest]
        state = LettersState(open=backlog.dead_letters, oldest_at=backlog.oldest_letter_at, newest=letters)
        return outbox, state, [SetbackItem(**asdict(one)) for one in setbacks]

    async def _consumer(self) -> ConsumerState | None:
        """The API has no Kafka client but this one, which lives for one question: one at a time, whoever asks."""
        if not self.topics:
            return None
        if not self.settings.kafka_idempotent:
            return ConsumerState(topics=None)
        try:
            async with asyncio.timeout(MOST_SECONDS), self._one_at_a_time:
                lag = await group_lag(self.settings, self.settings.service, self.topics)
        except (KafkaError, OSError, TimeoutError) as error:
            return ConsumerState(topics=None, fault=type(error).__name__)
        return ConsumerState(topics=topic_lags(lag))


def topic_lags(lag: Mapping[TopicPartition, int]) -> list[TopicLag]:
    partitions: defaultdict[str, list[PartitionLag]] = defaultdict(list)
    for one, waiting in sorted(lag.items()):
        partitions[one.topic].append(PartitionLag(partition=one.partition, waiting=waiting))
    return [
        TopicLag(topic=topic, waiting=sum(one.waiting for one in all_), partitions=[one for one in all_ if one.waiting])
        for topic, all_ in partitions.items()
    ]
