"""A flood before the last word of a source: it costs time, and neither a restart nor the same again."""

from collections.abc import Callable
from hashlib import sha256

import pytest
from aiokafka import AIOKafkaProducer

from shared.messaging import Relay
from shared.messaging.relay.chain import number
from shared.messaging.restore import tail_walk
from shared.messaging.restore.tail_walk import LAST_RECORDS, TailWalk
from shared.messaging.signing.event_signer import EventSigner
from shared.messaging.signing.signature import HEADER
from shared.messaging.signing.signature_verifier import SignatureVerifier
from shared.messaging.signing.trusted_keys import TrustedKey
from shared.settings import ServiceSettings
from tiendo_local.servers.broker import Broker

from ..conftest import ServiceProbe, an_event
from ..signing.keys import NOTIFICATIONS
from .conftest import write

FORGED, JUNK = 10**6, 300


class CountingVerifier(SignatureVerifier):
    """Fails once, after so many."""

    checked = 0
    fails_at: int | None = None

    def _climb(self, key: TrustedKey, hash_: bytes, count: int, at: int, rest: bytes) -> None:
        self.checked += 1
        if self.checked == self.fails_at:
            raise ConnectionError
        super()._climb(key, hash_, count, at, rest)


class Moves:
    """Fails once, after so many."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.fails_at = fails_at
        self.count = 0

    def __call__(self) -> None:
        self.count += 1
        if self.count == self.fails_at:
            raise ConnectionError


def counting(settings: ServiceSettings) -> CountingVerifier:
    assert settings.event_keys_file
    return CountingVerifier(settings.event_keys_file)


async def flood(
    probe: ServiceProbe, broker: Broker, settings: ServiceSettings, topic: str, forged: Callable[[int], bytes]
) -> int:
    """Three events of the service in one partition, then in each one records with a signature of its key that is of
    other bytes; how many."""
    relay = Relay(probe.engine, settings, catalogue_version="c" * 64)
    signer = EventSigner.of(settings)
    assert signer
    (signature,) = signer.sign([sha256(b"other bytes").digest()])
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all") as producer:
        await write(probe, settings, topic, 3)
        async with probe.engine.begin() as tx:
            await tx.exec_driver_sql("update outbox set key = 'one partition'")
        while await relay.step(producer):
            pass
        partitions = await producer.partitions_for(topic)
        for n in range(JUNK):
            for partition in partitions:
                await producer.send(topic, forged(n), partition=partition, headers=[(HEADER, signature)])
        await producer.flush()
    return JUNK * len(partitions)


def news(n: int, source: str = NOTIFICATIONS) -> bytes:
    return number(an_event(source=source).to_bytes(), FORGED + n, "0" * 64).body


async def test_a_relay_that_reads_through_a_flood_moves_and_goes_on_where_it_was(
    probe: ServiceProbe, broker: Broker, signing: tuple[ServiceSettings, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was ended for hanging after two minutes, and began anew: no event left for as long as Kafka kept the flood."""
    settings, topic = signing
    monkeypatch.setattr(tail_walk, "STRETCH", 50)
    forged = await flood(probe, broker, settings, topic, news)
    verifier, moves = counting(settings), Moves(fails_at=6)
    walk = TailWalk(settings, verifier, moves)
    with pytest.raises(ConnectionError):
        await walk.last()
    tail = await walk.last()
    assert tail is not None and tail.sequence == 3
    assert forged <= verifier.checked <= forged + 50 + LAST_RECORDS, "one stretch a second time, no more"

    relay = Relay(probe.engine, settings, catalogue_version="c" * 64)
    began = relay.moved_at
    assert await relay._check.went_back() is None
    assert relay.moved_at > began


async def test_a_stretch_that_was_read_in_part_is_read_again(
    probe: ServiceProbe, broker: Broker, signing: tuple[ServiceSettings, str]
) -> None:
    """Its first record shows that the source speaks there, its last one how far it came."""
    settings, topic = signing
    await flood(probe, broker, settings, topic, lambda _: b"junk")
    for fails_at in (1, 2, 3):
        verifier = counting(settings)
        verifier.fails_at = fails_at
        walk = TailWalk(settings, verifier)
        with pytest.raises(ConnectionError):
            await walk.last()
        tail = await walk.last()
        assert tail is not None and tail.sequence == 3


@pytest.mark.parametrize(
    "forged", [lambda n: news(n, "/audit"), lambda _: news(1 - FORGED)], ids=["of another source", "of an old number"]
)
async def test_what_can_be_no_setback_is_hardly_checked(
    probe: ServiceProbe, broker: Broker, signing: tuple[ServiceSettings, str], forged: Callable[[int], bytes]
) -> None:
    settings, topic = signing
    sent = await flood(probe, broker, settings, topic, forged)
    verifier, moves = counting(settings), Moves()
    assert await TailWalk(settings, verifier, moves).last(reached=3) is not None
    assert verifier.checked <= min(LAST_RECORDS * moves.count, sent // 2)


async def test_a_database_that_knows_less_is_compared_anew(
    probe: ServiceProbe, broker: Broker, signing: tuple[ServiceSettings, str]
) -> None:
    """What was passed over for the one before may be news to it."""
    settings, topic = signing
    await flood(probe, broker, settings, topic, lambda _: b"junk")
    walk = TailWalk(settings, SignatureVerifier.of(settings))
    await walk.last(reached=3)
    tail = await walk.last(reached=1)
    assert tail is not None and tail.sequence == 3
