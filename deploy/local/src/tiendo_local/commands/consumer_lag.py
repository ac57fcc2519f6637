"""How many records of a topic a consumer group has not committed, asked of the broker itself."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

READ_AT_MOST = 10_000  # records of a partition, counted one by one where the broker's end offsets are wrong


@dataclass(frozen=True)
class _Broker:
    """Connections to a broker. One that is not trustworthy (Tansu) tells neither end offsets nor what is committed."""

    settings: Any  # KafkaSettings
    trustworthy: bool
    admin: Any
    consumer: Any


async def consumer_lag(
    bootstrap: str, groups: list[str], trustworthy: bool, known: Iterable[str] = ()
) -> dict[str, dict[str, int | None]]:
    """Records per group and topic that the group has not committed; None where one of them cannot be decoded.

    A group's topics are those it subscribes to or has committed. A broker that is not trustworthy can tell neither, so
    of the `known` topics those are taken that the group has committed in.
    """
    from shared.messaging.kafka import clients
    from shared.settings import KafkaSettings

    settings = KafkaSettings(kafka_bootstrap_servers=bootstrap)  # TLS and user as the environment says
    admin = clients.admin(settings, request_timeout_ms=5000)
    await admin.start()
    consumer = clients.consumer(settings, enable_auto_commit=False, request_timeout_ms=5000)
    try:
        await consumer.start()
        broker = _Broker(settings, trustworthy, admin, consumer)
        return {group: await _lag_of(broker, group, sorted(known)) for group in groups}
    finally:
        await consumer.stop()
        await admin.close()


async def _lag_of(broker: _Broker, group: str, known: list[str]) -> dict[str, int | None]:
    committed = await _committed(broker, group, known)
    topics = await _subscribed(broker.admin, group) | {partition.topic for partition in committed}
    partitions = await _partitions(broker.admin, sorted(topics))
    if not partitions:
        return dict.fromkeys(topics, 0)
    begin = await broker.consumer.beginning_offsets(partitions)
    positions = {partition: max(committed.get(partition, 0), begin[partition]) for partition in partitions}
    counts = await (_to_end if broker.trustworthy else _read_to_end)(broker.consumer, positions)
    return {topic: _sum(count for partition, count in counts.items() if partition.topic == topic) for topic in topics}


async def _committed(broker: _Broker, group: str, known: list[str]) -> dict[Any, int]:
    """Tansu cannot list what a group has committed (aiokafka cannot read its answer): it is asked by partition."""
    if broker.trustworthy:
        offsets = await broker.admin.list_consumer_group_offsets(group)
        return {partition: meta.offset for partition, meta in offsets.items()}
    from shared.messaging.kafka import clients

    partitions = await _partitions(broker.admin, known)
    member = clients.consumer(broker.settings, group_id=group, enable_auto_commit=False)
    await member.start()
    try:
        member.assign(partitions)
        offsets = {partition: await member.committed(partition) for partition in partitions}
        return {partition: offset for partition, offset in offsets.items() if offset is not None and offset >= 0}
    finally:
        await member.stop()


async def _subscribed(admin: Any, group: str) -> set[str]:
    """Topics the group's members now ask for; they need not have committed anything yet."""
    from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata

    topics: set[str] = set()
    for metadata in _members(await admin.describe_consumer_groups([group])):
        topics |= set(ConsumerProtocolMemberMetadata.decode(metadata).subscription)
    return topics


def _members(answers: Iterable[Any]) -> Iterator[bytes]:
    """The metadata of every member that gives some (DescribeGroups, version 1: members are the sixth field)."""
    for answer in answers:
        for group in answer.groups:
            yield from (member[3] for member in group[5] if member[3])


async def _partitions(admin: Any, topics: list[str]) -> list[Any]:
    from aiokafka import TopicPartition

    described = await admin.describe_topics(topics) if topics else []
    return [TopicPartition(t["topic"], p["partition"]) for t in described for p in t["partitions"]]


async def _to_end(consumer: Any, positions: dict[Any, int]) -> dict[Any, int | None]:
    ends = await consumer.end_offsets(list(positions))
    return {partition: max(0, ends[partition] - position) for partition, position in positions.items()}


async def _read_to_end(consumer: Any, positions: dict[Any, int]) -> dict[Any, int | None]:
    """Read on from each position to the end and count: Tansu's end offsets are wrong after batches."""
    consumer.assign(list(positions))
    for partition, position in positions.items():
        consumer.seek(partition, position)
    counts = await asyncio.gather(*(_count(consumer, partition) for partition in positions))
    return dict(zip(positions, counts, strict=True))


async def _count(consumer: Any, partition: Any) -> int | None:
    count = 0
    while count < READ_AT_MOST:
        try:
            records = await consumer.getmany(partition, timeout_ms=1000)
        except UnicodeDecodeError:  # a header's name: the client gets no further than this record
            return None
        if not records:
            break
        count += len(records[partition])
    return count


def _sum(counts: Iterable[int | None]) -> int | None:
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total
