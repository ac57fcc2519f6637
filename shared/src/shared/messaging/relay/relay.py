"""Transactional outbox, sending side.

One transaction sends the promised batch (see `relay_cursor`), deletes its rows and promises the next batch; it is
committed after Kafka's acknowledgements. The delete is the claim, the commit the mark, the rollback the retry, with
the same bytes. One sender at a time by a transaction-scoped advisory lock; any number of instances may run. Between
two batches, a heartbeat when one is due.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from itertools import zip_longest

import sqlalchemy as sa
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata
from opentelemetry.trace import SpanKind
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import metrics, telemetry
from shared.database.driver import DATABASE_ERRORS
from shared.events import CONTENT_TYPE
from shared.loops import pause
from shared.messaging import event_span
from shared.messaging.client import abandon
from shared.messaging.gathering import Gathering
from shared.messaging.kafka import clients
from shared.messaging.kafka.refusal import connection_refusal, refusal
from shared.messaging.relay.chain import Numbered, number
from shared.messaging.relay.heartbeat import HEARTBEAT_SECONDS, Heartbeat
from shared.messaging.relay.outbox_signal import OutboxSignal
from shared.messaging.relay.relay_cursor import LOCK, RelayCursor, Row, advance, lock_cursor, promise, take
from shared.messaging.restore.relay_check import RelayCheck
from shared.messaging.signing.event_signer import EventSigner, KeyNotTrusted
from shared.messaging.signing.signature import HEADER
from shared.settings import ServiceSettings

BATCH = 1000
ACK_TIMEOUT_SECONDS = 20
RETRY_SECONDS = 1.0
WENT_BACK_SECONDS = 3.0  # between looks at a database that is older than what was sent
GATHER_SECONDS = 0.02  # between batches that are not full: what comes together costs one commit, here and at readers
LONGEST_GATHER_SECONDS = 0.1
BEAT_TIMEOUT_SECONDS = 5

log = structlog.get_logger()

_CONTENT = ("content-type", CONTENT_TYPE.encode())
_LEAD = sa.text("select pg_try_advisory_xact_lock(:lock)").bindparams(lock=LOCK)


class Relay:
    """`catalogue_version` stands in its heartbeats, which go out every `heartbeat_seconds`.

    `signal` says when to look at the outbox; it hears `engine`, and may be made to hear others of this process.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        settings: ServiceSettings,
        *,
        catalogue_version: str,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        batch: int = BATCH,
    ) -> None:
        """Raises StartError for a key to sign with that is of no use."""
        self._engine = engine
        self._settings = settings
        self._source = f"/{settings.service}"
        self._batch = batch
        self._heartbeat = Heartbeat(settings, catalogue_version, heartbeat_seconds)
        self._signer = EventSigner.of(settings)
        self._stopping = asyncio.Event()
        self.signal = OutboxSignal()
        self.signal.hear(engine)
        self._check = RelayCheck(settings, engine, self._moved)
        self.refused: str | None = None  # why Kafka does not take what is sent, if it said so: a restart does not help
        self.moved_at = time.monotonic()  # when it last came round, or read on before its first

    @property
    def unsure(self) -> bool:
        """Whether the database may be older than what was sent."""
        return self._check.unsure

    async def run(self) -> None:
        """Send until `stop`. A failure of a server closes the producer and starts over: a half-broken one must not live
        on. Any other is raised: the task is over, liveness has the process started again."""
        while not self._stopping.is_set():
            producer: AIOKafkaProducer | None = None
            try:
                producer = self._producer()  # reads password and certificates, which may just be exchanged
                async with asyncio.timeout(ACK_TIMEOUT_SECONDS):
                    await producer.start()
                await self._send_until_stopped(producer)
            except (KafkaError, TimeoutError, OSError, *DATABASE_ERRORS, KeyNotTrusted) as error:
                metrics.RELAY_FAILURES.labels(self._settings.service).inc()
                self.refused = await self._refusal(error)
                if isinstance(error, DATABASE_ERRORS):
                    self._check.doubt()
                log.warning("relay.retry", error=repr(error)[:300], refused=self.refused)
                await pause(self._stopping, RETRY_SECONDS)
            except Exception:
                metrics.RELAY_FAILURES.labels(self._settings.service).inc()
                log.critical("relay.failed", exc_info=True)
                raise
            finally:
                if producer is not None:
                    await abandon(producer)

    async def _refusal(self, error: Exception) -> str | None:
        if isinstance(error, DATABASE_ERRORS):
            return None
        if isinstance(error, KeyNotTrusted):
            return str(error)
        return refusal(self._settings, error) or await connection_refusal(self._settings)

    def _moved(self) -> None:
        self.moved_at = time.monotonic()

    def stop(self) -> None:
        self._stopping.set()
        self.signal.raise_()

    def _producer(self) -> AIOKafkaProducer:
        return clients.producer(
            self._settings,
            client_id=f"{self._settings.service}-relay",
            acks="all",
            enable_idempotence=self._settings.kafka_idempotent,
            max_batch_size=256 * 1024,
            # Never the first to give up: aiokafka would drop one batch of a partition and send the next one.
            request_timeout_ms=(ACK_TIMEOUT_SECONDS + 10) * 1000,
        )

    async def _send_until_stopped(self, producer: AIOKafkaProducer) -> None:
        while self._check.unsure and (went_back := await self._check.went_back()):
            self.refused = went_back
            if self._heartbeat.due:  # the log hears how little is known, and tells of it, too
                await self.beat(producer)
            await pause(self._stopping, WENT_BACK_SECONDS)
            if self._stopping.is_set():
                return
        async with self._engine.connect() as connection, self._engine.connect() as sending:
            looking = await connection.execution_options(isolation_level="AUTOCOMMIT")
            promised, gathering = 0, Gathering(least=GATHER_SECONDS, longest=LONGEST_GATHER_SECONDS)
            while not self._stopping.is_set():
                if self._heartbeat.due:
                    await self.beat(producer)
                # Idle, one look costs one round trip. What came while a batch was acknowledged is not kept waiting.
                promised = promised or await promise(looking, self._source, self._batch)
                if promised:
                    began = time.monotonic()
                    self.signal.look_soon()
                    async with sending.begin():
                        sent, promised = await self._step(sending, producer)
                    if promised < self._batch:
                        await pause(self._stopping, gathering.until(began, sent) - time.monotonic())
                self._moved()
                self.refused = None
                if not promised:
                    await self.signal.wait()

    async def step(self, producer: AIOKafkaProducer) -> int:
        """Send the promised batch, if there is one, and promise the next; returns the rows sent and promised."""
        async with self._engine.begin() as tx:
            return sum(await self._step(tx, producer))

    async def _step(self, tx: AsyncConnection, producer: AIOKafkaProducer) -> tuple[int, int]:
        """The rows sent and those promised: none while another instance is sending."""
        cursor = await lock_cursor(tx, self._source)
        if cursor is None or not cursor.batch:
            return 0, await promise(tx, self._source, self._batch)
        rows = await take(tx, cursor.batch)
        following = await self._send(tx, producer, rows, cursor)
        for topic, sent in Counter(row.topic for row in rows).items():
            metrics.RELAY_SENT.labels(self._settings.service, topic).inc(sent)
        return len(rows), following

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
                value = event.to_bytes()
                (signature,) = self._signed([sha256(value).digest()])
                headers = _headers(None, signature)
                await producer.send_and_wait(event.data.topic, value, key=event.subject.encode(), headers=headers)
            return True

    async def _send(
        self, tx: AsyncConnection, producer: AIOKafkaProducer, rows: Sequence[Row], cursor: RelayCursor
    ) -> int:
        """Send `rows` behind `cursor`; returns once they have left, with how many are promised behind them."""
        acks: list[asyncio.Future[RecordMetadata]] = []
        last, chained = Numbered(cursor.sequence, b"", cursor.hash), []
        for row in rows:
            chained.append(last := number(row.value, last.sequence + 1, last.hash))
        signatures = self._signed([bytes.fromhex(one.hash) for one in chained])
        with _traced(rows) as acknowledged:
            async with asyncio.timeout(ACK_TIMEOUT_SECONDS):
                for row, one, signature in zip(rows, chained, signatures, strict=True):
                    headers = _headers(row.traceparent, signature)
                    acks.append(await producer.send(row.topic, one.body, key=row.key.encode(), headers=headers))
                # Before the acknowledgements, which cost no time meanwhile; without one of them it is rolled back.
                promised = await advance(tx, self._source, last.sequence, last.hash, self._batch)
                acknowledged.extend(await asyncio.gather(*acks))
        return promised

    def _signed(self, digests: Sequence[bytes]) -> Sequence[bytes | None]:
        """The signature of each event of a batch; none without a key. Raises `KeyNotTrusted`."""
        return self._signer.sign(digests) if self._signer else [None] * len(digests)


def _headers(traceparent: str | None, signature: bytes | None) -> list[tuple[str, bytes]]:
    headers = [_CONTENT]
    if traceparent:
        headers.append(("traceparent", traceparent.encode()))
    if signature:
        headers.append((HEADER, signature))
    return headers


@contextmanager
def _traced(rows: Sequence[Row]) -> Iterator[list[RecordMetadata]]:
    """A span for each sampled event, from before the sending until all are acknowledged: the list gets where each row
    stands."""
    spans = [event_span.begin(telemetry.span_context_of(row.traceparent)) for row in rows]
    acknowledged: list[RecordMetadata] = []
    failure: BaseException | None = None
    try:
        yield acknowledged
    except BaseException as error:
        failure = error
        raise
    finally:
        for row, span, place in zip_longest(rows, spans, acknowledged):
            if span.is_kept:
                span.end(f"send {row.topic}", SpanKind.CLIENT, _attributes(row, place), failure)


def _attributes(row: Row, place: RecordMetadata | None) -> dict[str, str | int]:
    attributes = {
        **telemetry.messaging("send", row.topic),
        telemetry.MESSAGE_ID: row.event_id,
        telemetry.KEY: row.key,
        telemetry.EVENT_ID: row.event_id,
    }
    if place is None:
        return attributes
    return {**attributes, telemetry.PARTITION: str(place.partition), telemetry.OFFSET: place.offset}
