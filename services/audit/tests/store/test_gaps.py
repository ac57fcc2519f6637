"""Numbers used twice and broken chains."""

import hashlib
from uuid import uuid4

import pytest

from services.audit.tests.producer import SOURCE, Producer
from services.audit.tests.sample_events import received
from services.audit.tests.source_driver import SourceDriver
from shared.messaging.relay.chain import number
from shared.metrics import SOURCE_GAPS


async def test_the_same_number_with_another_event_is_forked_for_good(sources: SourceDriver) -> None:
    producer = Producer()
    await sources.consume(*producer.send(3))
    restored = Producer()
    again = restored.send(4)
    await sources.consume(*again[:2])
    await sources.consume(*again[2:])
    await sources.wait(100)
    assert ("forked", 1, 3, True) in await sources.gaps()
    assert len(await sources.audit.items(source="submissions")) == 7  # events that share a number are all kept
    assert SOURCE_GAPS.labels(SOURCE, "forked")._value.get() == 1


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (0, 2, 1), (1, 0, 2)])
@pytest.mark.parametrize("together", [True, False])
async def test_an_event_changed_on_the_way_breaks_the_chain(
    sources: SourceDriver, order: tuple[int, ...], together: bool
) -> None:
    events = Producer().send(3)
    events[1] = events[1].replace(b'"revision":1', b'"revision":2')
    batch = [events[place] for place in order]
    for values in [batch] if together else [[value] for value in batch]:
        await sources.consume(*values)
    await sources.wait(100)
    assert await sources.gaps() == [("unchained", 3, 3, True)]


async def test_the_first_event_follows_nothing(sources: SourceDriver) -> None:
    event = received(uuid4()).to_bytes()
    await sources.consume(number(event, 1, "ab" * 32).body)
    assert await sources.gaps() == [("unchained", 1, 1, True)]


@pytest.mark.parametrize("heartbeat_first", [True, False])
async def test_a_last_event_that_is_not_the_one_sent(sources: SourceDriver, heartbeat_first: bool) -> None:
    producer = Producer()
    events = producer.send(2)
    heartbeat = producer.heartbeat(hash=hashlib.sha256(b"another").hexdigest())
    await sources.consume(events[0])
    for values in ([heartbeat], [events[1]]) if heartbeat_first else ([events[1]], [heartbeat]):
        await sources.consume(*values)
    await sources.consume(producer.heartbeat(hash="cd" * 32))
    assert await sources.gaps() == [("unchained", 2, 2, True)]
