"""What a heartbeat says of its source."""

from datetime import timedelta
from uuid import uuid4

import pytest

from audit.rules.sources.heartbeat import SentUpTo, is_plausible, read_heartbeat
from audit.rules.sources.sequence import LAST
from services.audit.tests.sample_events import THEN, opened
from shared.events import Event, SourceHeartbeat


def heartbeat(sequence: int, hash_: str | None) -> Event:
    data = SourceHeartbeat(sequence=sequence, hash=hash_, pending=0)
    return Event.of(data, source="/submissions", subject="/submissions", time=THEN, catalogue_version="0" * 64)


def test_the_last_number_and_its_hash() -> None:
    assert read_heartbeat(heartbeat(7, "ab" * 32)) == SentUpTo("/submissions", 7, bytes.fromhex("ab" * 32), THEN)
    assert read_heartbeat(heartbeat(0, None)) == SentUpTo("/submissions", 0, None, THEN)


def test_other_events_and_impossible_numbers_say_nothing() -> None:
    assert read_heartbeat(opened(uuid4())) is None
    assert read_heartbeat(heartbeat(LAST, None)) is not None
    assert read_heartbeat(heartbeat(LAST + 1, None)) is None


@pytest.mark.parametrize(
    ("announced", "seconds", "plausible"),
    [(10**15, 10, False), (10**15, None, True), (600_900, 10, True), (601_100, 10, False), (3, 0, True), (3, -5, True)],
)
def test_no_more_can_have_been_sent_than_time_allows(announced: int, seconds: float | None, plausible: bool) -> None:
    """A gap of 10^15 hides every true one. Of a source that was never heard nobody can say."""
    since = None if seconds is None else timedelta(seconds=seconds)
    assert is_plausible(SentUpTo("/submissions", announced, None, THEN), 1000, since) is plausible
