"""Before records are fetched: does the database hold what its consumer group has read?

Asked when partitions come, and again and again while they are read: a database may be restored under a worker that
runs. One that lacks something is told of, kept in the database as a setback, and nothing more is read: the group must
not go on behind what is missing.
"""

import time

import sqlalchemy as sa
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.messaging.client import committed_offsets
from shared.messaging.consumer.backoff import RetryAfter
from shared.messaging.consumer.rebalance import Fetch, Records
from shared.messaging.restore.consumed import held_positions, set_positions
from shared.messaging.restore.position import Known, first_positions, lacks, made_anew, told
from shared.messaging.restore.setback import keep_setback, read_setbacks
from shared.settings import ServiceSettings

CHECK_SECONDS = 20.0
RETRY_SECONDS = 5.0

log = structlog.get_logger()

_TRUSTS = sa.text("select exists (select from epoch where begun_at > '-infinity')")


async def trusts(tx: AsyncConnection) -> bool:
    """Whether the database was in use before it kept positions."""
    return bool(await tx.scalar(_TRUSTS))


class PositionCheck:
    """Wraps a subscriber's fetching. `behind`: why nothing is read. `checked`: it has been asked once at least."""

    def __init__(self, settings: ServiceSettings, engine: AsyncEngine) -> None:
        # A broker that does not know how far its topics go keeps nothing after a stop: there is nothing to compare.
        self._comparable = settings.kafka_idempotent
        self._engine = engine
        self._of: frozenset[TopicPartition] | None = None
        self._due_at = 0.0
        self.behind: str | None = None
        self.checked = False

    def fetching(self, fetch: Fetch) -> Fetch:
        async def careful(consumer: AIOKafkaConsumer) -> Records:
            assigned = frozenset(consumer.assignment())
            if assigned != self._of or time.monotonic() >= self._due_at:
                self.behind = await self._look(consumer, assigned)
                self._of, self._due_at = assigned, time.monotonic() + CHECK_SECONDS
                self.checked = True
                if not self.behind:
                    return ()  # a step of its own: while Kafka was asked, nothing was fetched
            if self.behind:
                raise RetryAfter(self.behind, RETRY_SECONDS)
            return await fetch(consumer)

        return careful

    async def is_behind(self) -> bool:
        """Whether nobody has healed it yet."""
        async with self._engine.connect() as tx:
            found = [one for one in await read_setbacks(tx) if one.side == "consumer"]
        self.behind = found[0].detail if found else None
        return bool(found)

    async def _look(self, consumer: AIOKafkaConsumer, assigned: frozenset[TopicPartition]) -> str | None:
        if not self._comparable:
            return None
        committed = await committed_offsets(consumer, assigned)  # first: what is held can only have grown since
        async with self._engine.begin() as tx:
            if found := [one for one in await read_setbacks(tx) if one.side == "consumer"]:
                return found[0].detail
            held = {at: next_ for at, next_ in (await held_positions(tx)).items() if at in assigned}
            if committed == held and held.keys() == assigned:
                return None
            known = Known(
                held=held,
                committed=committed,
                begins=await consumer.beginning_offsets(assigned - set(held) | _differing(held, committed)),
                ends=await consumer.end_offsets({at for at in held if committed.get(at, -1) < held[at]}),
                trusts=await trusts(tx),
            )
            if lacking := lacks(known):
                detail = told(lacking)
                await keep_setback(tx, "consumer", sum(one.missing for one in lacking.values()), detail)
                log.critical("database.behind", detail=detail)
                return detail
            anew = made_anew(known)
            if anew:
                log.warning("topic.made_anew", partitions=[f"{at.topic}/{at.partition}" for at in sorted(anew)][:20])
            await set_positions(tx, {**first_positions(known), **anew})
        return None


def _differing(held: dict[TopicPartition, int], committed: dict[TopicPartition, int]) -> set[TopicPartition]:
    return {at for at in held if committed.get(at) != held[at]}
