"""Applying a batch of Kafka records: at least once from Kafka, exactly once in effect.

One transaction holds the inbox claim, how far the partitions are read, the service's effects, the dead letters and the
new outbox rows. A poison event is isolated by halving inside savepoints and becomes a dead letter; a failure of the
infrastructure is raised, so that the batch comes again (rebalance.py paces it), and is never a dead letter.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from aiokafka import ConsumerRecord
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import metrics
from shared.log import without_details
from shared.messaging.consumer.backoff import RetryAfter
from shared.messaging.consumer.batch_spans import traced
from shared.messaging.consumer.dead_letter_row import letter, quarantine
from shared.messaging.consumer.poison import PoisonGate, Sifted
from shared.messaging.consumer.received import Decoded, GistOf, Poison, Received
from shared.messaging.consumer.strangers import Strangers
from shared.messaging.restore.consumed import claim
from shared.messaging.signing.signature_verifier import SignatureVerifier

log = structlog.get_logger()

# SQLSTATE classes that tell of the event: data, integrity, view check, too large
# for an index or a limit, raised by a rule. All others tell of the server
# (connection, resources, a missing table or grant), and the same event may succeed once somebody has mended it.
POISON_CLASSES = frozenset({"22", "23", "44", "54", "P0"})


Apply = Callable[[AsyncConnection, list[Received]], Awaitable[None]]
Contradicting = Callable[[AsyncConnection, list[Received]], Awaitable[list[Received]]]
"""Of events whose ids were claimed before: those whose bytes are not the bytes that are kept."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An event that contradicts what is kept. `event_id`: None where the claim of its id belongs to another record."""

    received: Received
    event_id: str | None
    reason: str

    @property
    def poison(self) -> Poison:
        return self.received.record, self.event_id, self.reason


Effect = Callable[[AsyncConnection, list[Received]], Awaitable[tuple[list[Poison], list[Contradiction]]]]
"""Answers what could not be applied, and what contradicts."""


@dataclass(frozen=True)
class Taken:
    """What became of a batch. `contradicting`: how many of the repeated ones are no duplicates."""

    fresh: list[Received]
    repeated: list[Received]
    contradicting: int
    poison: Sifted
    contradictions: list[Contradiction]


class Contradicted(ValueError):
    """An effect found that these events contradict what is kept: all of them.

    `what` says of them what it is that is known otherwise. Without it, it is the event itself: the inbox had forgotten
    its id, and it is kept with other bytes.
    """

    def __init__(self, events: Sequence[Received], what: str | None = None) -> None:
        self.found = [_contradiction(received, what) for received in events]
        super().__init__(self.found[0].reason)


def by_topic(effects: Mapping[str, Apply]) -> Apply:
    """One effect for a batch of several topics. Each effect is called once a batch, with its own events in order."""
    distinct = list(dict.fromkeys(effects.values()))
    if len(distinct) == 1:
        return distinct[0]

    async def apply(tx: AsyncConnection, batch: list[Received]) -> None:
        for effect in distinct:
            if mine := [received for received in batch if effects[received.record.topic] == effect]:
                await effect(tx, mine)

    return apply


def is_transient(error: BaseException) -> bool:
    """Whether the same event may succeed later without anybody changing anything."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
        return bool(error.connection_invalidated) or not state or state[:2] not in POISON_CLASSES
    return isinstance(error, OSError | TimeoutError | asyncio.CancelledError)


class BatchConsumer:
    """Applies batches for one service. `take` returns once the batch is committed, or raises to get it again."""

    def __init__(
        self,
        engine: AsyncEngine,
        service: str,
        apply: Apply,
        gate: PoisonGate | None = None,
        contradicting: Contradicting | None = None,
        gist_of: GistOf | None = None,
        verifier: SignatureVerifier | None = None,
    ) -> None:
        """A service that keeps events says which ones are `contradicting`: they are set aside, as are those for which
        its effect raises `Contradicted`. Without it, whatever has a known id is a duplicate."""
        self._contradicting = contradicting
        self._gist_of = gist_of
        self._engine = engine
        self._service = service
        self._apply = apply
        self._gate = gate or PoisonGate(service)
        self._verifier = verifier
        self.strangers = Strangers(service)

    async def consume(self, records: Sequence[ConsumerRecord]) -> None:
        decoded = Decoded(self._gist_of, self._verifier)
        decoded.add(records)
        await self.take(decoded)

    async def take(self, decoded: Decoded) -> None:
        started = time.monotonic()
        if decoded.readable or decoded.poison:
            await self._consume(decoded)
            await self._refuse(decoded.strangers, [])
        else:
            await self._refuse(decoded.strangers, decoded.strangers)
        metrics.BATCH_SECONDS.labels(self._service).observe(time.monotonic() - started)

    async def _consume(self, decoded: Decoded) -> None:
        undecodable, count = decoded.poison, len(decoded.readable) + len(decoded.poison)
        with traced(self._service, decoded.readable) as received:
            try:
                taken = await self._take(received, undecodable, decoded.strangers, self._apply_all)
            except Exception as error:
                if is_transient(error) or isinstance(error, RetryAfter):
                    raise
                log.warning("batch.isolating", records=count, error=type(error).__name__)
                taken = await self._take(received, undecodable, decoded.strangers, self._isolate)
            self._gate.took(count - taken.poison.copies, taken.poison.counts, taken.poison.kept)
        self._count(taken)

    async def _take(
        self, received: list[Received], undecodable: list[Poison], strangers: list[Poison], effect: Effect
    ) -> Taken:
        """The transaction of a batch. First without a savepoint, which costs two round trips; again with them when
        something cannot be applied. Of strangers' records only the positions are kept here."""
        async with self._engine.begin() as tx:
            fresh, repeated = await self._claim(tx, received, [*undecodable, *strangers])
            dead, found = await effect(tx, fresh) if fresh else ([], [])
            poison = self._gate.sift([*undecodable, *dead])
            count = len(received) + len(undecodable) - poison.copies
            self._gate.check(count, poison.counts, poison.kept[0][2] if poison.kept else "")
            await self._set_aside(tx, poison.kept)  # first: what contradicts may contradict one of them
            again = await self._contradicting(tx, repeated) if repeated and self._contradicting else []
            contradictions = [*found, *(_contradiction(r) for r in again)]
            await self._set_aside(tx, [one.poison for one in contradictions])
        for one in contradictions:
            _tell(one)
        poison.tell()
        return Taken(fresh, repeated, len(again), poison, contradictions)

    async def _refuse(self, strangers: list[Poison], unclaimed: list[Poison]) -> None:
        """In a transaction of their own, after that of the rest: a batch that comes again is counted once.
        `unclaimed`: those whose positions nobody has kept, a batch of strangers alone."""
        if not strangers:
            return
        letters = self.strangers.within([_letter(*one) for one in self.strangers.to_keep(strangers)])
        async with self._engine.begin() as tx:
            if letters:
                await quarantine(tx, letters)
            if unclaimed:
                await self._claim(tx, [], unclaimed)
        self.strangers.took(strangers)
        self.strangers.wrote(letters)

    async def _set_aside(self, tx: AsyncConnection, aside: list[Poison]) -> None:
        if aside:
            await quarantine(tx, [_letter(*one) for one in aside])

    async def _claim(
        self, tx: AsyncConnection, received: list[Received], aside: list[Poison]
    ) -> tuple[list[Received], list[Received]]:
        """The events never seen before, each once, and those that repeat an id; both in the order they came. Of what
        is set `aside` the positions are kept, too: no hole may look like a restored backup."""
        records = [*(r.record for r in received), *(record for record, _, _ in aside)]
        # Sorted, so that two owners of a partition during a rebalance wait for each other instead of deadlocking.
        ids = sorted({r.envelope.id for r in received})
        claimed = await claim(tx, records, ids)
        if len(claimed) == len(received):
            return received, []
        fresh, repeated = [], []
        for r in received:
            if r.envelope.id in claimed:
                claimed.remove(r.envelope.id)
                fresh.append(r)
            else:
                repeated.append(r)
        return fresh, repeated

    async def _apply_all(
        self, tx: AsyncConnection, received: list[Received]
    ) -> tuple[list[Poison], list[Contradiction]]:
        await self._apply(tx, received)
        return [], []

    async def _isolate(self, tx: AsyncConnection, received: list[Received]) -> tuple[list[Poison], list[Contradiction]]:
        """Apply in order, halving around failures; returns what cannot be applied, and what contradicts."""
        if not received:
            return [], []
        try:
            async with tx.begin_nested():
                await self._apply(tx, received)
            return [], []
        except Contradicted as error:
            known = {one.received.envelope.id for one in error.found}
            poison, more = await self._isolate(tx, [r for r in received if r.envelope.id not in known])
            return poison, [*error.found, *more]
        except Exception as error:
            if is_transient(error):
                raise
            if len(received) == 1:
                log.error("event.dead", event_id=received[0].envelope.id, type=received[0].envelope.type, exc_info=True)
                return [(received[0].record, received[0].envelope.id, without_details(repr(error))[:2000])], []
        half = len(received) // 2
        first, second = await self._isolate(tx, received[:half]), await self._isolate(tx, received[half:])
        return first[0] + second[0], first[1] + second[1]

    def _count(self, taken: Taken) -> None:
        fresh, repeated, now = taken.fresh, taken.repeated, datetime.now(UTC)
        for topic in {r.record.topic for r in fresh}:
            ages = [(now - r.envelope.time).total_seconds() for r in fresh if r.record.topic == topic]
            metrics.INBOX_APPLIED.labels(self._service, topic).inc(len(ages))
            observe = metrics.EVENT_AGE.labels(self._service, topic).observe
            for age in ages:
                observe(max(0.0, age))
        if len(repeated) > taken.contradicting:
            duplicates = metrics.INBOX_DUPLICATES.labels(self._service, repeated[0].record.topic)
            duplicates.inc(len(repeated) - taken.contradicting)
        aside = [
            *(record for record, _, _ in taken.poison.kept),
            *(one.received.record for one in taken.contradictions),
        ]
        for record in aside:
            metrics.DEAD_LETTERS.labels(self._service, record.topic).inc()


def _contradiction(received: Received, what: str | None = None) -> Contradiction:
    """As a dead letter it has no id where the claim belongs to the first event. It is no sign of broken code, so none
    for the gate."""
    id_ = received.envelope.id
    if what is None:
        return Contradiction(received, None, f"the event {id_} is known with other bytes: this record took no effect")
    return Contradiction(received, id_, f"{what}: the event {id_} took no effect")


def _tell(one: Contradiction) -> None:
    event = one.received.envelope
    topic = one.received.record.topic
    log.error("event.contradicts", event_id=event.id, type=event.type, topic=topic, reason=one.reason)


def _letter(record: ConsumerRecord, event_id: str | None, reason: str) -> dict[str, Any]:
    return letter(
        record.topic,
        record.partition,
        record.offset,
        record.timestamp,
        key=record.key,
        value=record.value,
        headers=record.headers,
        event_id=event_id,
        reason=reason,
    )
