"""What a heartbeat says of its source."""

from uuid import uuid4

from audit.rules.sources.heartbeat import SentUpTo, read_heartbeat
from audit.rules.sources.sequence import LAST
from services.audit.tests.sample_events import THEN, opened
from shared.events import Event, SourceHeartbeat


def heartbeat(sequence: int, hash_: str | None) -> Event:
    data = SourceHeartbeat(sequence=sequence, hash=hash_, pending=0)
    return Event.of(data, source="/submissions", subject="/submissions", time=THEN, catalogue_version="0" * 64)


def test_the_last_number_and_its_hash() -> None:
    assert read_heartbeat(heartbeat(7, "ab" * 32)) == SentUpTo("/submissions", 7, bytes.fromhex("ab" * 32))
    assert read_heartbeat(heartbeat(0, None)) == SentUpTo("/submissions", 0, None)


def test_other_events_and_impossible_numbers_say_nothing() -> None:
    assert read_heartbeat(opened(uuid4())) is None
    assert read_heartbeat(heartbeat(LAST, None)) is not None
    assert read_heartbeat(heartbeat(LAST + 1, None)) is None
