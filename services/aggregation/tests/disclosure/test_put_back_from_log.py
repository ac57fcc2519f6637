"""`rebuild --swap` puts published sums back from the log; what it cannot know keeps sums shut, and reports not."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiokafka import AIOKafkaProducer
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.commands.publish import publish_once
from aggregation.commands.put_back import put_back
from aggregation.events import SOURCE
from aggregation.rebuild.proof.sent_numbers import SentNumbers
from aggregation.rebuild.published_sums import PublishedSums, published_sums
from aggregation.rebuild.run import Rebuild, RebuildOptions, Result
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from services.aggregation.tests.disclosure.test_restored import a_year_that_was_told, told
from services.aggregation.tests.disclosure.year import Year
from services.aggregation.tests.drivers.event_writer import record_of
from services.aggregation.tests.rebuild.driver import Log, owning_engine, run, shadow_engine
from services.aggregation.tests.rebuild.proof.audit_log import AuditLog, chained
from services.aggregation.tests.rebuild.proof.test_signers import Keys
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.events import INDICATORS, OPERATIONS, Event, SourceHeartbeat
from shared.events.topics import PARTITIONS
from shared.messaging import BatchConsumer
from shared.messaging.relay.chain import number
from shared.messaging.relay.relay_cursor import read_cursor
from shared.messaging.restore.relay_healing import sent_beyond
from shared.messaging.restore.rewind import Findings, accept_lost_sums, heal
from shared.messaging.restore.setback import keep_setback, read_setbacks
from shared.messaging.signing.signature import HEADER
from shared.messaging.signing.signature_verifier import SignatureVerifier
from tiendo_local.servers import topics as kafka_topics
from tiendo_local.servers.broker import Broker

AUDIT_EVENT = (
    b'{"id":"%s","source":"/audit","sequence":"900","type":"vn.tiendo.x.y.v1","prevhash":"none","specversion":"1.0"}'
)


async def leave(engine: AsyncEngine) -> list[bytes]:
    """The outbox is sent: the bytes, as Kafka and the log have them."""
    bodies = chained([bytes(row[0]) for row in await run(engine, "select value from outbox order by id")])
    hash_ = number(bodies[0], 1, "0" * 64).hash  # any: nothing is sent behind it here
    cursor = f"insert into relay_head (source, sequence, hash) values ('{SOURCE}', {len(bodies)}, '{hash_}')"
    await run(engine, "delete from outbox", "delete from relay_head", cursor)
    return bodies


@dataclass
class Swapping:
    year: Year
    plan: PlanIndex
    log: AuditLog

    async def read(
        self, engine: AsyncEngine, verifier: SignatureVerifier | None = None, *, seconds: float = 0
    ) -> PublishedSums:
        return await published_sums(self.log.client, verifier, self.plan, engine, gap_seconds=seconds)

    async def swap(self, engine: AsyncEngine, sums: PublishedSums) -> Result:
        live, shadow = owning_engine(engine), shadow_engine(engine)
        try:
            swapping = Rebuild(live, shadow, Log(self.year.delivered), self.plan, clock=Clock(), say=print, told=sums)
            result = await swapping.run(RebuildOptions("test", swap=True, patience=0.5))
        finally:
            await shadow.dispose()
            await live.dispose()
        assert result.refused is None
        return result


@pytest.fixture
async def it(year: Year, plan: PlanIndex, audit_log: AuditLog) -> Swapping:
    await a_year_that_was_told(year)
    return Swapping(year, plan, audit_log)


@pytest.fixture
async def lost(database: Callable[..., str], migrated: Callable[[str], str]) -> AsyncIterator[AsyncEngine]:
    """A new, empty database in the place of one that no backup has."""
    url = database("aggregation", template=migrated("aggregation"))
    empty = create_engine(AggregationSettings(database_url=url, environment="test"))
    yield empty
    await empty.dispose()


async def report_on(year: Year, engine: AsyncEngine) -> None:
    """Enough units correct their counts for another sum."""
    await year.report(*((one, 40 + n) for n, one in enumerate(year.communes[6:12])))
    consumer = BatchConsumer(engine, "aggregation", year.projection.aggregator.apply)
    await consumer.consume([record_of(event, n) for n, event in enumerate(year.delivered)])


async def shut(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as tx:
        return [one.side for one in await read_setbacks(tx)]


@pytest.mark.parametrize("lacking", [0, -2], ids=["the first, of a restored audit", "one before the last, on its way"])
async def test_a_database_that_lost_nothing_is_not_shut(it: Swapping, lacking: int) -> None:
    engine = it.year.projection.engine
    bodies = await leave(engine)
    del bodies[lacking]
    await it.log.keep(bodies, topic=INDICATORS)
    sums = await it.read(engine, seconds=60)
    assert sums.missing(0) == 1
    assert (await it.swap(engine, sums)).rebuilt.equal
    assert await shut(engine) == []
    await it.year.decide("returned", *it.year.communes[:5])
    async with engine.connect() as tx:
        assert len(await told(tx)) == 2


async def test_of_a_restored_database_only_what_was_sent_since_must_be_there(it: Swapping) -> None:
    """The backup was made after the third event; the log lacks the second, and then the fifth, too."""
    engine = it.year.projection.engine
    bodies = await leave(engine)
    await run(engine, "update relay_head set sequence = 3, batch = '{}'")
    await it.log.keep([bodies[0], *bodies[2:4], *bodies[5:]], topic=INDICATORS)
    sums = await it.read(engine)
    assert (sums.missing(0), sums.missing(3)) == (2, 1)
    await it.swap(engine, sums)
    assert await shut(engine) == ["published"]
    await it.log.keep([bodies[4]], topic=INDICATORS)
    await it.swap(engine, await it.read(engine))
    assert await shut(engine) == ["published"], "it is not known any more since when"
    await it.log.keep([bodies[1]], topic=INDICATORS)
    await it.swap(engine, await it.read(engine))
    assert await shut(engine) == []


@pytest.mark.parametrize("lacking", [0, 1])
async def test_a_new_database_gets_them_from_the_log(it: Swapping, lost: AsyncEngine, lacking: int) -> None:
    """Reports and sums come together. While the log lacks one event, none is told until somebody answers for it."""
    before_engine = it.year.projection.engine
    async with before_engine.connect() as tx:
        before = await told(tx)
    await it.log.keep((bodies := await leave(before_engine))[lacking:], topic=INDICATORS)
    await it.swap(lost, await it.read(lost))
    async with lost.connect() as tx:
        assert await told(tx) == before
        cursor = await read_cursor(tx, SOURCE)
    assert await shut(lost) == ["published"] * lacking
    assert cursor.sequence == (0 if lacking else len(bodies)), "the relay goes on behind what the log has"
    await report_on(it.year, lost)
    if lacking:
        assert await publish_once(lost, it.plan, Clock()) == 0
        await accept_lost_sums(lost)
    assert await publish_once(lost, it.plan, Clock()) == 1


async def test_what_the_service_had_sent_must_be_in_the_log(it: Swapping) -> None:
    """A log that ends too early looks whole."""
    engine = it.year.projection.engine
    bodies = await leave(engine)
    async with engine.begin() as tx:
        await keep_setback(tx, "published", 1, "gone from Kafka")
    await it.log.keep(bodies[:-2], topic=INDICATORS)
    assert (await it.read(engine)).missing(0) == 2
    reading = asyncio.create_task(it.read(engine, seconds=60))
    await asyncio.sleep(0.5)
    await it.log.keep(bodies[-2:], topic=INDICATORS)
    assert (await reading).missing(0) == 0, "it may just be late"


async def test_other_services_do_not_matter(it: Swapping, lost: AsyncEngine, tmp_path: Path) -> None:
    """Their histories that fork, and keys that were taken out: the swap was refused for good."""
    keys = Keys(tmp_path, SOURCE)
    bodies = await leave(it.year.projection.engine)
    await it.log.keep(bodies, keys.signed(bodies), topic=INDICATORS)
    others = [AUDIT_EVENT % name for name in (b"one", b"two")]
    async with it.log.engine.begin() as tx:
        add = (
            'insert into entry (index, event_id, type, source, subject, time, received_at, topic, partition, "offset", '
            "body, signature, data) select (select max(index) + 1 from entry), :id, type, '/audit', subject, time, "
            'received_at, :topic, partition, "offset", :body, :signature, data from entry where index = 0'
        )
        for id, body, by in (("one", others[0], "stranger"), ("two", others[1], "own")):
            (signature,) = keys.signed([body], by)
            given = {"id": id, "topic": OPERATIONS, "body": body, "signature": signature}
            await tx.execute(sa.text(add), given)
    sums = await it.read(lost, keys.verifier)
    assert sums.missing(0) == 0
    await it.swap(lost, sums)
    assert await shut(lost) == []


@pytest.mark.parametrize("doubt", ["a key that was taken out", "unsigned", "fork"])
async def test_own_entries_that_are_not_believed_count_as_missing(
    it: Swapping, lost: AsyncEngine, tmp_path: Path, doubt: str
) -> None:
    """The reports are exchanged all the same."""
    keys = Keys(tmp_path, SOURCE)
    bodies = await leave(it.year.projection.engine)
    signatures = keys.signed(bodies)
    await it.log.keep(bodies[:-1], signatures[:-1], topic=INDICATORS)
    if doubt == "fork":
        await it.log.keep(bodies[-1:], signatures[-1:], topic=INDICATORS)
        (other,) = [number(b.replace(b'"id":"', b'"id":"0'), len(bodies), "0" * 64).body for b in [bodies[0]]]
        await it.log.keep([other], keys.signed([other]), topic=INDICATORS)
    else:
        await it.log.keep(bodies[-1:], keys.signed(bodies[-1:], "stranger")[: doubt != "unsigned"], topic=INDICATORS)
    sums = await it.read(lost, keys.verifier)
    assert sums.missing(0) == 1
    await it.swap(lost, sums)
    assert await shut(lost) == ["published"]


async def test_an_unsigned_entry_behind_signed_ones_is_not_believed(it: Swapping, tmp_path: Path) -> None:
    """Also where it is read first."""
    keys, engine = Keys(tmp_path, SOURCE), it.year.projection.engine
    bodies = await leave(engine)
    await it.log.keep(bodies[-1:], topic=INDICATORS)
    await it.log.keep(bodies[:-1], keys.signed(bodies[:-1]), topic=INDICATORS)
    sums = await it.read(engine, keys.verifier)
    assert (len(sums.events), sums.missing(0)) == (0, 1), "the sum was the last event"


async def test_of_all_events_those_are_kept_that_are_put_back(it: Swapping) -> None:
    """All own events of all time did not fit into the container. Numbers run over both topics."""
    engine = it.year.projection.engine
    await it.swap(engine, PublishedSums((), SentNumbers()))
    await it.year.decide("accepted", *it.year.communes[:2])
    topics = [row.topic for row in await run(engine, "select topic from outbox order by id")]
    assert set(topics) == {INDICATORS, OPERATIONS} and topics[-1] == INDICATORS
    bodies = await leave(engine)
    for topic, body in zip(topics, bodies, strict=True):
        await it.log.keep([body], topic=topic)
    sums = await it.read(engine)
    assert sums.missing(0) == 0
    assert len(sums.events) == 1 < len(bodies)


@asynccontextmanager
async def kafka_that_forgot(broker: Broker, bodies: Sequence[bytes], keys: Keys) -> AsyncIterator[None]:
    """It has the last event and a heartbeat."""
    kafka_topics.create(broker.bootstrap, [INDICATORS, OPERATIONS], partitions=PARTITIONS)
    last = number(bodies[-1], len(bodies), "0" * 64)
    beat = SourceHeartbeat(sequence=last.sequence, hash=last.hash, pending=0)
    said = Event.of(beat, source=SOURCE, subject=SOURCE, time=Clock().now(), catalogue_version="c" * 64).to_bytes()
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all") as producer:
        for topic, value in ((INDICATORS, bodies[-1]), (OPERATIONS, said)):
            headers = [(HEADER, keys.signed([value])[0])]
            await producer.send_and_wait(topic, value, key=SOURCE.encode(), headers=headers)
    yield


async def test_the_order_of_the_runbook_for_a_lost_database(
    it: Swapping, lost: AsyncEngine, broker: Broker, tmp_path: Path
) -> None:
    """A swap, then `rewind`: it found that Kafka had forgotten what the swap had put back, and shut the sums."""
    if not broker.idempotent:
        pytest.skip("Tansu keeps nothing to compare with; a Java 17 is missing")
    keys, bodies = Keys(tmp_path, SOURCE), await leave(it.year.projection.engine)
    await it.log.keep(bodies, keys.signed(bodies), topic=INDICATORS)
    settings = AggregationSettings(
        database_url=lost.url.render_as_string(hide_password=False),
        environment="test",
        kafka_bootstrap_servers=broker.bootstrap,
        kafka_idempotent=broker.idempotent,
        event_keys_file=keys.trusted,
    )

    nobody: Any = None  # of the group of consumers nothing is asked

    async def regain(tx: Any, own: Sequence[Event]) -> None:
        await put_back(tx, it.plan, own)

    async with kafka_that_forgot(broker, bodies, keys):
        await it.swap(lost, await it.read(lost, keys.verifier))
        found = Findings({}, await sent_beyond(settings, lost))
        await heal(settings, lost, nobody, found, regain)
    assert await shut(lost) == []
    await report_on(it.year, lost)
    assert await publish_once(lost, it.plan, Clock()) == 1
