"""The offsets of a consumer group, read and set without being its member."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    CommitFailedError,
    GroupCoordinatorNotAvailableError,
    IllegalGenerationError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
from aiokafka.structs import OffsetAndMetadata

from shared.messaging.client import committed_offsets
from shared.messaging.kafka import clients
from shared.settings import ServiceSettings

LEAVE_SECONDS = 15.0  # a worker whose database is behind leaves its group by itself
RETRY_SECONDS = 0.5
HAS_MEMBERS = (CommitFailedError, IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError)


class GroupIsActive(Exception):
    """Somebody reads in the group's name: its offsets are not ours to set."""


class GroupOffsets:
    def __init__(self, consumer: AIOKafkaConsumer, committed: Mapping[TopicPartition, int]) -> None:
        self._consumer = consumer
        self.committed = committed

    async def begins(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        """What Kafka still holds of these begins there."""
        found: dict[TopicPartition, int] = await self._consumer.beginning_offsets(partitions)
        return found

    async def set(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Raises GroupIsActive when it still has members after a while."""
        self._consumer.assign(list(offsets))
        deadline = time.monotonic() + LEAVE_SECONDS
        while not await self._set(offsets):
            if time.monotonic() > deadline:
                raise GroupIsActive("the consumer group has members: stop the workers of this service")
            await asyncio.sleep(RETRY_SECONDS)
        self.committed = await committed_offsets(self._consumer, list(offsets))

    async def _set(self, offsets: Mapping[TopicPartition, int]) -> bool:
        try:
            await self._consumer.commit(dict(offsets))
        except HAS_MEMBERS:
            return False
        return True


async def _listed(admin: AIOKafkaAdminClient, group: str) -> dict[TopicPartition, OffsetAndMetadata]:
    """A broker that has just been made has nobody yet who knows of groups; the question makes it appoint one."""
    deadline = time.monotonic() + LEAVE_SECONDS
    while True:
        try:
            found: dict[TopicPartition, OffsetAndMetadata] = await admin.list_consumer_group_offsets(group)
            return found
        except GroupCoordinatorNotAvailableError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(RETRY_SECONDS)


@asynccontextmanager
async def group_offsets(settings: ServiceSettings) -> AsyncIterator[GroupOffsets]:
    """Of the group of this service. Raises KafkaError, OSError."""
    admin = clients.admin(settings)
    await admin.start()
    try:
        listed = await _listed(admin, settings.service)
    finally:
        await admin.close()
    consumer = clients.consumer(settings, group_id=settings.service, enable_auto_commit=False)
    await consumer.start()
    try:
        yield GroupOffsets(consumer, {at: one.offset for at, one in listed.items() if one.offset >= 0})
    finally:
        await consumer.stop()
