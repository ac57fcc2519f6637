"""Records that the Kafka client itself cannot decode, such as one whose header's name is not UTF-8.

aiokafka raises from `getmany` for the whole fetch, again and again, and loses what it had taken from other partitions.
We go back to what was applied, step through the partitions one record at a time, set the one that fails aside (where
it stands; its bytes stay in Kafka) and go on behind it.
"""

import sqlalchemy as sa
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.messaging.intake import Fetch, Records

STEP = 100
WAIT_MS = 100

log = structlog.get_logger()

_SET_ASIDE = sa.text(
    """
    insert into dead_letter (topic, partition, "offset", timestamp_ms, headers, reason)
    values (:topic, :partition, :offset, 0, '[]', :reason)
    on conflict do nothing
    """
)


def stepping_over(engine: AsyncEngine, fetch: Fetch) -> Fetch:
    """`fetch`, which no undecodable record can stop."""

    async def patient(consumer: AIOKafkaConsumer) -> Records:
        try:
            return await fetch(consumer)
        except (KafkaError, OSError):
            raise
        except Exception as error:
            log.warning("fetch.undecodable", error=repr(error)[:300])
        # What the failed call had already taken from other partitions is gone with it: back to what was applied.
        for partition in consumer.assignment():
            committed = await consumer.committed(partition)
            if committed is None:
                await consumer.seek_to_beginning(partition)
            else:
                consumer.seek(partition, committed)
        found: list[ConsumerRecord] = []
        for partition in sorted(consumer.assignment()):
            found += await _readable(engine, consumer, partition)
        return tuple(found)

    return patient


async def _readable(engine: AsyncEngine, consumer: AIOKafkaConsumer, partition: TopicPartition) -> list[ConsumerRecord]:
    """The partition's records up to one that fails. If it is the first one, it is set aside."""
    found: list[ConsumerRecord] = []
    while len(found) < STEP:
        try:
            one = await consumer.getmany(partition, timeout_ms=WAIT_MS, max_records=1)
        except (KafkaError, OSError):
            raise
        except Exception as error:
            if not found:
                await _set_aside(engine, consumer, partition, error)
            return found
        if not one:
            return found
        found += one[partition]
    return found


async def _set_aside(
    engine: AsyncEngine, consumer: AIOKafkaConsumer, partition: TopicPartition, error: Exception
) -> None:
    offset = await consumer.position(partition)
    values = {
        "topic": partition.topic,
        "partition": partition.partition,
        "offset": offset,
        "reason": f"the Kafka client cannot decode this record: {error!r}"[:2000],
    }
    async with engine.begin() as tx:
        await tx.execute(_SET_ASIDE, values)
    consumer.seek(partition, offset + 1)
    await consumer.commit({partition: offset + 1})
    log.error("record.dead", topic=partition.topic, partition=partition.partition, offset=offset)
