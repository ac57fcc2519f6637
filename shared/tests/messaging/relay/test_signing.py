"""What a relay sends is signed: on a real broker every record is believed, and one whose key nobody knows stays."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.errors import StartError
from shared.events import DEADLINES, OPERATIONS, SourceHeartbeat
from shared.events.topics import PUBLISHED_BY
from shared.messaging import Relay, publish
from shared.messaging.signing import watched_file
from shared.messaging.signing.event_signer import KeyNotTrusted
from shared.messaging.signing.signature_verifier import SignatureVerifier
from shared.settings import ServiceSettings
from tests.support.relay_head import set_ahead
from tiendo_local.servers import topics as kafka_topics
from tiendo_local.servers.broker import Broker

from ..conftest import ServiceProbe, an_event, own_settings
from ..signing.keys import NOTIFICATIONS, Keys
from ..workers import until
from .recorder import Recorder, a_relay, drain


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


@pytest.fixture
def settings(probe: ServiceProbe, broker: Broker, keys: Keys) -> ServiceSettings:
    """As those of the service that such events are of."""
    own = own_settings(probe.settings, broker, "notifications")
    return own.model_copy(update={"event_signing_key_file": keys.file(NOTIFICATIONS), "event_keys_file": keys.trusted})


@pytest.fixture
async def producer(broker: Broker) -> AsyncIterator[AIOKafkaProducer]:
    kafka_topics.create(broker.bootstrap, [DEADLINES, OPERATIONS], partitions=12)
    async with AIOKafkaProducer(
        bootstrap_servers=broker.bootstrap, enable_idempotence=broker.idempotent, acks="all"
    ) as producer:
        yield producer


@pytest.fixture
async def reader(broker: Broker, producer: AIOKafkaProducer) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, fetch_max_wait_ms=50)
    await consumer.start()
    consumer.assign([TopicPartition(topic, p) for topic in (DEADLINES, OPERATIONS) for p in range(12)])
    await consumer.seek_to_end()
    yield consumer
    await consumer.stop()


async def test_what_leaves_is_believed(
    probe: ServiceProbe, settings: ServiceSettings, producer: AIOKafkaProducer, reader: AIOKafkaConsumer
) -> None:
    relay = Relay(probe.engine, settings, catalogue_version="c" * 64, batch=7)
    async with probe.engine.begin() as tx:
        await publish(tx, *(events := [an_event(source=NOTIFICATIONS) for _ in range(17)]))
    await drain(relay, producer)
    assert await relay.beat(producer)
    verifier = SignatureVerifier.of(settings)
    assert verifier is not None
    missing, beats = {event.id for event in events}, 0
    async with asyncio.timeout(20):
        while missing or not beats:
            record = await reader.getone()
            if b'"source":"/notifications"' not in record.value:
                continue  # of another test
            event = verifier.read(record)
            missing.discard(event.id)
            beats += isinstance(event.data, SourceHeartbeat)


@pytest.mark.parametrize("fault", ["not published", "of another source", "expired", "not yet"])
async def test_what_nobody_would_believe_does_not_leave(
    probe: ServiceProbe,
    settings: ServiceSettings,
    keys: Keys,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A key is switched before it is published, or has run out: every reader would refuse the events for good."""
    monkeypatch.setattr(watched_file, "LOOK_SECONDS", 0.0)
    now, day = datetime.now(UTC), timedelta(days=1)
    file = {
        "not published": lambda: Keys(keys.folder / "other").file(NOTIFICATIONS),
        "of another source": lambda: keys.file("/audit"),
        "expired": lambda: keys.file(NOTIFICATIONS, begins=now - 2 * day, ends=now - day),
        "not yet": lambda: keys.file(NOTIFICATIONS, begins=now + day, ends=now + 2 * day),
    }
    (keys.folder / "other").mkdir()
    settings = settings.model_copy(update={"event_signing_key_file": file[fault]()})
    relay, recorder = a_relay(probe, settings), Recorder()
    async with probe.engine.begin() as tx:
        await publish(tx, an_event(source=NOTIFICATIONS))
    await relay.step(recorder)
    with pytest.raises(KeyNotTrusted, match="EVENT_KEYS_FILE has no key"):
        await relay.step(recorder)
    with pytest.raises(KeyNotTrusted):
        await relay.beat(recorder)
    assert recorder.sent == [] and len(await probe.rows("select 1 from outbox")) == 1
    assert settings.event_signing_key_file is not None
    good = keys.file(NOTIFICATIONS).read_text()
    settings.event_signing_key_file.write_text(good)  # exchanged in place
    await drain(relay, recorder)
    assert len(recorder.sent) == 1


async def test_a_relay_says_why_nothing_leaves(
    probe: ServiceProbe, settings: ServiceSettings, keys: Keys, broker: Broker
) -> None:
    (keys.folder / "other").mkdir()
    file = Keys(keys.folder / "other").file(NOTIFICATIONS)
    await set_ahead(probe.engine, NOTIFICATIONS)
    kafka_topics.create(broker.bootstrap, [*PUBLISHED_BY["notifications"], OPERATIONS], partitions=12)
    relay = a_relay(probe, settings.model_copy(update={"event_signing_key_file": file}))
    running = asyncio.create_task(relay.run())

    async def refused() -> object:
        return relay.refused

    await until(refused)
    relay.stop()
    async with asyncio.timeout(30):
        await running
    assert relay.refused and relay.refused.startswith("nothing is sent: EVENT_KEYS_FILE has no key")


@pytest.mark.parametrize("make", [lambda _: "", lambda path: path.read_text()[:60]], ids=["empty", "cut"])
def test_a_key_of_no_use_stops_the_start(
    probe: ServiceProbe, settings: ServiceSettings, make: Callable[[Path], str]
) -> None:
    assert settings.event_signing_key_file is not None
    settings.event_signing_key_file.write_text(make(settings.event_signing_key_file))
    with pytest.raises(StartError, match="EVENT_SIGNING_KEY_FILE"):
        a_relay(probe, settings)
