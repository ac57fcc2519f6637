"""What an entry keeps of an event."""

from uuid import uuid4

import pytest

from audit.rules.entry import LOGGED_TYPES, once, read_entry, trace_id
from services.audit.tests.sample_events import THEN, UNIT, opened
from shared.events import ALL_TOPICS, DATA_TYPES, SourceHeartbeat


def test_the_searchable_fields_are_copies_of_the_event() -> None:
    obligation_id = uuid4()
    event = opened(obligation_id)
    entry = read_entry(event, b"the bytes", received_at=THEN, topic="submissions.v1", partition=3, offset=41)
    assert (entry.event_id, entry.body) == (event.id, b"the bytes")
    assert (entry.obligation_id, entry.unit, entry.period) == (str(obligation_id), UNIT, "2026")
    assert (entry.topic, entry.partition, entry.offset) == ("submissions.v1", 3, 41)
    assert (entry.sequence, entry.prevhash) == (None, None)


@pytest.mark.parametrize(
    ("traceparent", "expected"),
    [(f"00-{'ab' * 16}-{'cd' * 8}-01", "ab" * 16), (None, None), ("", None), ("00-ab-cd-01", None), ("x", None)],
)
def test_the_trace_id_of_a_traceparent(traceparent: str | None, expected: str | None) -> None:
    assert trace_id(traceparent) == expected


def test_the_first_of_each_event_id_is_kept_in_order() -> None:
    events = [opened(uuid4()) for _ in range(3)]
    entries = [
        read_entry(event, event.to_bytes(), received_at=THEN, topic="t", partition=0, offset=offset)
        for offset, event in enumerate([*events, events[1], events[0]])
    ]
    assert once(entries) == entries[:3]


def test_every_type_of_the_contract_is_a_cloudevent_of_a_topic_we_read() -> None:
    assert {model.topic for model in DATA_TYPES.values()} <= set(ALL_TOPICS)


def test_only_heartbeats_are_no_entries() -> None:
    assert DATA_TYPES.keys() - set(LOGGED_TYPES) == {SourceHeartbeat.type}
