"""The log and what no service has signed: no entry, no gap, no number; and what it keeps to verify an entry later."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from audit.worker import contradicting, log_events
from services.audit.tests.audit_driver import records
from services.audit.tests.producer import SOURCE, Producer
from services.audit.tests.source_driver import GRACE, SourceDriver
from shared.clock import Clock
from shared.events import DATA_TYPES, label
from shared.messaging import BatchConsumer
from shared.messaging.signing.event_signer import EventSigner
from shared.messaging.signing.signature import HEADER
from shared.messaging.signing.signature_verifier import SignatureVerifier
from tiendo_local.event_keys import EventKeys


class SignedLog:
    """The log of a `SourceDriver` that believes what submissions has signed."""

    def __init__(self, sources: SourceDriver, folder: Path) -> None:
        keys = EventKeys(folder)
        self.sources = sources
        self.signer = EventSigner(SOURCE, keys.key_file("submissions"), keys.trusted, Clock())
        self.verifier = SignatureVerifier(keys.trusted)

    async def consume(self, values: list[bytes], *, signed: bool, topic: str | None = None) -> list[bytes]:
        """One batch; its signatures. Each record stands in the topic of its type, or in `topic`."""
        found = records(*values, first=self.sources.offset)
        self.sources.offset += len(values)
        signatures = self.signer.sign([sha256(value).digest() for value in values])
        for record, signature in zip(found, signatures, strict=True):
            record.headers = ((HEADER, signature),) if signed else ()
            record.topic = topic or DATA_TYPES[str(label(record.value).type)].topic
        effect = log_events(self.sources.clock, GRACE)
        engine = self.sources.audit.engine
        consumer = BatchConsumer(engine, "audit", effect, contradicting=contradicting, verifier=self.verifier)
        await consumer.consume(found)
        return signatures


@pytest.fixture
def log(sources: SourceDriver, tmp_path: Path) -> SignedLog:
    return SignedLog(sources, tmp_path)


def counted(reason: str, topic: str) -> float:
    labels = {"service": "audit", "topic": topic, "reason": reason}
    return REGISTRY.get_sample_value("tiendo_strangers_total", labels) or 0.0


async def test_forged_numbers_and_heartbeats_open_no_gap(log: SignedLog) -> None:
    true, forged = Producer(), Producer()
    forged.sequence = 10**15
    await log.consume(true.send(3), signed=True)
    before = await log.sources.sources()
    refused = counted("unsigned", "submissions.v1")
    await log.consume([*forged.send(2), forged.heartbeat(), true.heartbeat(2)], signed=False)
    assert await log.sources.sources() == before
    assert counted("unsigned", "submissions.v1") == refused + 2
    assert len(await log.sources.audit.items()) == 3
    await log.sources.wait(3600)
    assert await log.sources.gaps() == []


async def test_a_stolen_number_does_not_make_the_true_event_a_fork(log: SignedLog) -> None:
    true, forged = Producer(), Producer()
    values = true.send(4)
    await log.consume(values[:2], signed=True)
    await log.consume(forged.send(4), signed=False)
    await log.consume(values[2:], signed=True)
    assert await log.sources.gaps() == [] and len(await log.sources.audit.items()) == 4


async def test_a_copy_in_another_topic_does_not_take_the_place_of_the_true_record(log: SignedLog) -> None:
    """Whoever has the Kafka user of one service read it here and wrote it there: the entry is final, and no rebuild of
    the topic found it ever again."""
    values = Producer().send(3)
    refused = counted("wrong-topic", "deadlines.v1")
    await log.consume(values[1:2], signed=True, topic="deadlines.v1")
    await log.consume(values, signed=True)
    rows = await log.sources.audit.rows("select topic, sequence from entry order by index")
    assert [tuple(row) for row in rows] == [("submissions.v1", number) for number in (1, 2, 3)]
    assert counted("wrong-topic", "deadlines.v1") == refused + 1


async def test_a_heartbeat_that_cannot_be_is_set_aside_and_told(log: SignedLog) -> None:
    """Signed, so of a source that is broken or whose key is stolen: a gap of 10^15 hid every true one."""
    true = Producer()
    await log.consume([*true.send(3), true.heartbeat()], signed=True)
    before = (await log.sources.sources())[SOURCE]
    told = counted("implausible-heartbeat", "operations.v1")
    await log.sources.wait(10)
    await log.consume([true.heartbeat(10**15)], signed=True)
    after = (await log.sources.sources())[SOURCE]
    assert (after["gaps"], after["announced"], after["missing"]) == ([], before["announced"], 0)
    assert counted("implausible-heartbeat", "operations.v1") == told + 1
    await log.consume([*true.send(2), true.heartbeat()], signed=True)
    assert (await log.sources.sources())[SOURCE]["announced"] == 5


async def test_a_heartbeat_of_old_is_not_believed_again(log: SignedLog) -> None:
    """Signed, and kept by somebody until the inbox had forgotten it: "this database was restored", of a source that is
    well, and less announced than was, so that a lost tail was none."""
    true = Producer()
    first, old, known = true.send(2), true.heartbeat(), true.hash
    await log.sources.wait(5)
    await log.consume([*first, old, *true.send(1), true.heartbeat()], signed=True)
    before = (await log.sources.sources())[SOURCE]
    async with log.sources.audit.engine.begin() as tx:
        await tx.execute(text("delete from inbox"))
    await log.sources.wait(10)
    await log.consume([old, old], signed=True)
    assert (await log.sources.sources())[SOURCE] == before
    await log.consume([old, true.heartbeat(2, known)], signed=True)
    assert await log.sources.gaps() == [("went_back", 3, 3, True)], "a restored source speaks later"


@pytest.mark.parametrize("kept", [False, True], ids=["refused", "kept by the version before"])
async def test_one_heartbeat_from_the_future_shuts_up_nobody(log: SignedLog, kept: bool) -> None:
    """A clock that is wrong for one beat, or a key that is stolen for a minute: for 300 days a lost tail was none."""
    true, future = Producer(), timedelta(days=300)
    told = counted("implausible-heartbeat", "operations.v1")
    await log.consume([*true.send(3), true.heartbeat(), true.heartbeat(ahead=future)], signed=True)
    assert counted("implausible-heartbeat", "operations.v1") == told + 1
    if kept:
        async with log.sources.audit.engine.begin() as tx:
            await tx.execute(text("update source set announced_at = announced_at + interval '300 days'"))
    true.send(5)
    await log.sources.wait(10)
    await log.consume([true.heartbeat()], signed=True)
    await log.sources.wait(3600)
    source = (await log.sources.sources())[SOURCE]
    assert (source["announced"], source["missing"]) == (8, 5)


async def test_a_clock_that_is_a_little_ahead_is_kept_as_today(log: SignedLog) -> None:
    """When it is right again it is heard at once."""
    true = Producer()
    await log.consume([*true.send(1), true.heartbeat(ahead=timedelta(minutes=4))], signed=True)
    await log.sources.wait(10)
    await log.consume([*true.send(1), true.heartbeat()], signed=True)
    assert (await log.sources.sources())[SOURCE]["announced"] == 2


async def test_an_entry_keeps_the_signature_that_it_came_with(log: SignedLog) -> None:
    """Without it nobody could say later that its source said so."""
    signatures = await log.consume(Producer().send(3), signed=True)
    rows = await log.sources.audit.rows("select body, signature from entry order by index")
    assert [bytes(row.signature) for row in rows] == signatures
    assert all(log.verifier.signed_by(bytes(row.body), bytes(row.signature)).source == SOURCE for row in rows)
