"""Transactional outbox, sending side.

First it numbers new rows (`sequence` gapless per source, `prevhash` of the event before) and commits that, so that a
resend carries the same bytes. Then it deletes the oldest numbered rows, sends them and commits after Kafka's
acknowledgements: the delete is the claim, the commit the mark, the rollback the retry. One sender at a time by a
transaction-scoped advisory lock; any number of instances may run. Between two batches, a heartbeat when one is due.
"""

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy as sa
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import metrics, telemetry
from shared.events import CONTENT_TYPE
from shared.messaging.heartbeat import HEARTBEAT_SECONDS, Heartbeat
from shared.settings import ServiceSettings

BATCH = 500
POLL_SECONDS = 0.02
ACK_TIMEOUT_SECONDS = 20
CLOSE_TIMEOUT_SECONDS = 5
RETRY_SECONDS = 1.0
BEAT_TIMEOUT_SECONDS = 5
GENESIS = "0" * 64

log = structlog.get_logger()

_LEAD = sa.text("select pg_try_advisory_xact_lock(727002)")
_ANY = sa.text("select exists (select from outbox)")
_NEW = sa.text("select id, value from outbox where sequence is null order by id limit :n")
_HEAD = sa.text("select sequence, hash from relay_head where source = :source")
_SAVE_HEAD = sa.text(
    """
    insert into relay_head (source, sequence, hash) values (:source, :sequence, :hash)
    on conflict (source) do update set sequence = excluded.sequence, hash = excluded.hash
    """
)
_NUMBER = sa.text(
    """
    update outbox set sequence = numbered.sequence, value = numbered.value
    from unnest(:ids, :sequences, :bodies) as numbered (id, sequence, value) where outbox.id = numbered.id
    """
).bindparams(
    sa.bindparam("ids", type_=ARRAY(sa.BigInteger)),
    sa.bindparam("sequences", type_=ARRAY(sa.BigInteger)),
    sa.bindparam("bodies", type_=ARRAY(BYTEA)),
)
_TAKE = sa.text(
    """
    delete from outbox where id in (
      select id from outbox where sequence is not null order by sequence limit :n
    ) returning sequence, topic, key, event_id, value, traceparent
    """
)
_STATE = sa.text("select count(*), coalesce(extract(epoch from now() - min(created_at)), 0) from outbox")


@dataclass(frozen=True)
class Numbered:
    """An event's final bytes and its place in the chain of its source."""

    sequence: int
    body: bytes

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def number(value: bytes, sequence: int, prevhash: str) -> Numbered:
    """Add `sequence` (20 digits, so that it sorts as text) and `prevhash` to an event's JSON object."""
    if not value.endswith(b"}"):
        raise ValueError("not a JSON object")
    tail = f',"sequence":"{sequence:020d}","prevhash":"{prevhash}"}}'
    return Numbered(sequence, value[:-1] + tail.encode())


class Relay:
    """`catalogue_version` stands in its heartbeats, which go out every `heartbeat_seconds`."""

    def __init__(
        self,
        engine: AsyncEngine,
        settings: ServiceSettings,
        *,
        catalogue_version: str,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._source = f"/{settings.service}"
        self._heartbeat = Heartbeat(settings, catalogue_version, heartbeat_seconds)
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Send until `stop`. Any failure closes the producer and starts over: a half-broken one must not live on."""
        while not self._stopping.is_set():
            producer = self._producer()
            try:
                async with asyncio.timeout(ACK_TIMEOUT_SECONDS):
                    await producer.start()
                await self._send_until_stopped(producer)
            except (KafkaError, TimeoutError, OSError, SQLAlchemyError) as error:
                metrics.RELAY_FAILURES.labels(self._settings.service).inc()
                log.warning("relay.retry", error=repr(error)[:300])
                await self._pause(RETRY_SECONDS)
            finally:
                with suppress(KafkaError, TimeoutError, OSError):
                    async with asyncio.timeout(CLOSE_TIMEOUT_SECONDS):
                        await producer.stop()

    def stop(self) -> None:
        self._stopping.set()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    def _producer(self) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            bootstrap_servers=self._settings.kafka_bootstrap_servers,
            client_id=f"{self._settings.service}-relay",
            acks="all",
            enable_idempotence=self._settings.kafka_idempotent,
            max_batch_size=256 * 1024,
            request_timeout_ms=10_000,
        )

    async def _send_until_stopped(self, producer: AIOKafkaProducer) -> None:
        while not self._stopping.is_set():
            if self._heartbeat.due:
                await self.beat(producer)
            # Idle, one look costs one round trip; numbering and sending are two transactions.
            if await self._waiting():
                numbered = await self.number_new()
                sent = await self.send_oldest(producer)
                if numbered or sent:
                    continue
            await self._pause(POLL_SECONDS)

    async def _waiting(self) -> bool:
        async with self._engine.connect() as connection:
            looking = await connection.execution_options(isolation_level="AUTOCOMMIT")
            return bool(await looking.scalar(_ANY))

    async def number_new(self) -> int:
        """Number up to `BATCH` new rows in the order of their ids; returns how many."""
        async with self._engine.begin() as tx:
            if not await tx.scalar(_LEAD):
                return 0
            rows = (await tx.execute(_NEW, {"n": BATCH})).all()
            if not rows:
                return 0
            head = (await tx.execute(_HEAD, {"source": self._source})).one_or_none()
            sequence, prevhash = (head.sequence, head.hash) if head else (0, GENESIS)
            done = []
            for row in rows:
                last = number(row.value, sequence + 1, prevhash)
                sequence, prevhash = last.sequence, last.hash
                done.append(last)
            await tx.execute(
                _NUMBER,
                {
                    "ids": [row.id for row in rows],
                    "sequences": [n.sequence for n in done],
                    "bodies": [n.body for n in done],
                },
            )
            await tx.execute(_SAVE_HEAD, {"source": self._source, "sequence": sequence, "hash": prevhash})
            return len(rows)

    async def send_oldest(self, producer: AIOKafkaProducer) -> int:
        """Send up to `BATCH` numbered rows and forget them once Kafka has them; returns how many."""
        async with self._engine.begin() as tx:
            if not await tx.scalar(_LEAD):
                return 0
            rows = sorted((await tx.execute(_TAKE, {"n": BATCH})).all())
            if rows:
                await self._send(producer, rows)
            return len(rows)

    async def beat(self, producer: AIOKafkaProducer) -> bool:
        """Say how far the events have left, unless another instance is sending; whether it was said.

        Straight to Kafka: from the outbox it would wait behind what it tells of.
        """
        async with self._engine.begin() as tx:
            if not await tx.scalar(_LEAD):
                return False
            event = await self._heartbeat.event(tx)
            self._heartbeat.beaten()
            async with asyncio.timeout(BEAT_TIMEOUT_SECONDS):
                await producer.send_and_wait(
                    event.data.topic, event.to_bytes(), key=event.subject.encode(), headers=_headers(None)
                )
            return True

    async def _send(
        self, producer: AIOKafkaProducer, rows: list[sa.Row[tuple[int, str, str, str, bytes, str]]]
    ) -> None:
        spans = [self._span(row) for row in rows]
        try:
            async with asyncio.timeout(ACK_TIMEOUT_SECONDS):
                acks = [
                    await producer.send(row.topic, row.value, key=row.key.encode(), headers=_headers(row.traceparent))
                    for row in rows
                ]
                await asyncio.gather(*acks)
        except BaseException as error:
            for span in spans:
                if span:
                    span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
        finally:
            for span in spans:
                if span:
                    span.end()
        for row in rows:
            metrics.RELAY_SENT.labels(self._settings.service, row.topic).inc()

    def _span(self, row: sa.Row[tuple[int, str, str, str, bytes, str]]) -> Span | None:
        if not telemetry.span_context_of(row.traceparent).trace_flags.sampled:
            return None
        return telemetry.tracer().start_span(
            f"send {row.topic}",
            context=telemetry.context_of(row.traceparent),
            kind=SpanKind.CLIENT,
            attributes={
                telemetry.SYSTEM: "kafka",
                telemetry.OPERATION: "send",
                telemetry.OPERATION_TYPE: "send",
                telemetry.DESTINATION: row.topic,
                telemetry.MESSAGE_ID: row.event_id,
            },
        )


async def outbox_state(connection: AsyncConnection) -> tuple[int, float]:
    """Rows waiting, and the age of the oldest in seconds."""
    pending, age = (await connection.execute(_STATE)).one()
    return int(pending), float(age)


def _headers(traceparent: str | None) -> list[tuple[str, bytes]]:
    headers = [("content-type", CONTENT_TYPE.encode())]
    return [*headers, ("traceparent", traceparent.encode())] if traceparent else headers
