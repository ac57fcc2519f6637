"""One look at the group's offsets, for loops that act on what the database says and do not wait for partitions."""

import asyncio

import structlog
from aiokafka.errors import KafkaError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.messaging.restore.consumed import held_positions
from shared.messaging.restore.group_offsets import group_offsets
from shared.messaging.restore.position import Known, lacks, told
from shared.messaging.restore.position_check import trusts
from shared.messaging.restore.setback import keep_setback
from shared.settings import ServiceSettings

LOOK_SECONDS = 10.0

log = structlog.get_logger()


async def look_first(settings: ServiceSettings, engine: AsyncEngine) -> None:
    """Keep a setback if the database lacks what its group has read. While Kafka is away nothing is known of that."""
    if not settings.kafka_idempotent:
        return
    try:
        async with asyncio.timeout(LOOK_SECONDS), group_offsets(settings) as group:
            committed, begins = group.committed, await group.begins(list(group.committed))
    except (KafkaError, OSError) as error:  # a TimeoutError among them
        log.warning("restore.unknown", error=repr(error)[:300])
        return
    async with engine.begin() as tx:
        held = await held_positions(tx)
        lacking = lacks(Known(held, committed, begins, {}, trusts=await trusts(tx)))
        if lacking:
            await keep_setback(tx, "consumer", sum(one.missing for one in lacking.values()), told(lacking))
