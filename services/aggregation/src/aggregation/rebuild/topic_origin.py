"""The topic as origin, read from its beginning by a consumer that belongs to no group and commits nothing."""

from types import TracebackType
from typing import Self

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from aggregation.rebuild.errors import CouldNotCompare
from aggregation.rebuild.origin import Name, OriginEvent, Page, signature
from shared.events import InvalidEvent
from shared.messaging.kafka import clients
from shared.messaging.signing.signature_verifier import SignatureVerifier, read
from shared.messaging.signing.stranger import Stranger
from shared.settings import ServiceSettings

LIMIT = 2000
QUIET_MS = 2000


class TopicOrigin:
    """There is `more` up to the end offsets at the start; where the broker tells them wrong, until a quiet moment."""

    name: Name = "topic"

    def __init__(self, settings: ServiceSettings, topic: str) -> None:
        """Raises StartError for keys of events that are of no use."""
        self._topic = topic
        self._verifier = SignatureVerifier.of(settings)
        self._consumer = clients.consumer(
            settings,
            topic,
            client_id=f"{settings.service}-rebuild",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=settings.kafka_fetch_max_wait_ms,
            max_partition_fetch_bytes=4 * 2**20,
        )
        self._ends: dict[TopicPartition, int] = {}
        self.complete = False

    async def __aenter__(self) -> Self:
        try:
            await self._consumer.start()
            partitions = self._consumer.assignment()
            begins = await self._consumer.beginning_offsets(partitions)
            self._ends = await self._consumer.end_offsets(partitions)
        except (KafkaError, OSError) as error:
            await self._consumer.stop()
            raise CouldNotCompare(f"the topic {self._topic} cannot be read: {error!r}") from error
        self.complete = not any(begins.values())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    async def read(self) -> Page:
        fetched = await self._consumer.getmany(timeout_ms=QUIET_MS, max_records=LIMIT)
        events = []
        for record in (record for records in fetched.values() for record in records):
            if self._is_of_a_stranger(record):
                continue
            id, time = signature(record.value)
            events.append(OriginEvent(id, time, record))
        return Page(events, bool(fetched) and not await self._passed())

    def _is_of_a_stranger(self, record: ConsumerRecord) -> bool:
        """Live has set it aside, or not even kept it: nothing follows from it."""
        try:
            read(record, self._verifier)
        except Stranger:
            return True
        except InvalidEvent:
            return False
        return False

    async def _passed(self) -> bool:
        return all([await self._consumer.position(tp) >= end for tp, end in self._ends.items()])
