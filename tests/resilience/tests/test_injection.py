"""What is injected is what it says it is, by the services' own reading."""

from random import Random

import pytest

from shared.events import InvalidEvent, SubmissionReceived, parse
from tests.resilience.stage.injection import CONSUMERS, Record, contradicting, foreign, hostile

RECORDS = hostile(Random(1))


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: f"{r.kind}, {r.topic}")
def test_everyone_sets_it_aside_also_what_is_an_event(record: Record) -> None:
    assert record.dead_for == CONSUMERS[record.topic]
    if not record.kind.startswith(("unknown form", "unknown unit")):
        with pytest.raises(InvalidEvent):
            parse(record.value)
    else:
        event = parse(record.value)
        assert isinstance(event.data, SubmissionReceived)
        assert event.sequence is None and event.prevhash is None


def test_the_same_seed_gives_the_same_records() -> None:
    assert hostile(Random(1)) == RECORDS
    assert hostile(Random(2)) != RECORDS


def test_a_contradiction_is_the_same_event_with_other_bytes() -> None:
    value = foreign(Random(1)).replace(b'"catalogueversion": "0', b'"catalogueversion": "f')
    event, other = parse(value), parse(contradicting(value))
    assert (other.id, other.source, other.sequence, other.data) == (event.id, event.source, event.sequence, event.data)
    assert contradicting(value) != value and other.catalogueversion != event.catalogueversion
