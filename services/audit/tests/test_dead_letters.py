"""A letter of the log is appended by its replay: once, with the exact bytes it had in Kafka."""

from uuid import uuid4

import pytest

from services.audit.tests.audit_driver import Audit, records
from services.audit.tests.sample_events import opened
from shared.events import DATA_TYPES


async def test_an_event_of_a_later_version_enters_the_log_by_its_replay(
    audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = opened(uuid4())
    with monkeypatch.context() as patch:
        patch.delitem(DATA_TYPES, event.type)
        await audit.log(event)
    assert await audit.items() == []
    [letter] = (await audit.get("/api/v1/dead-letters", "ops")).json()["items"]
    assert (letter["event_id"], letter["type"], letter["source"]) == (None, event.type, event.source)
    address = f"/api/v1/dead-letters/{letter['id']}/replay"
    for _ in range(2):
        answer = await audit.client.post(address, headers=audit.as_("ops"))
        assert answer.json() == {"id": letter["id"], "state": "replayed", "outcome": "applied"}
    await audit.worker().consume(records(event.to_bytes(), first=7))
    [entry] = await audit.rows('select event_id, body, topic, "offset" from entry')
    assert (entry.event_id, entry.body, entry.topic, entry.offset) == (event.id, event.to_bytes(), "submissions.v1", 0)
    assert (await audit.get("/dead-letters", "auditor")).status_code == 200
