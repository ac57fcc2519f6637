"""A letter of the log is appended by its replay: once, with the exact bytes it had in Kafka."""

from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.audit.tests.audit_driver import Audit, records
from services.audit.tests.producer import Producer
from services.audit.tests.sample_events import opened
from services.audit.tests.source_driver import SourceDriver
from shared.events import DATA_TYPES
from tests.support.databases import owner


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


def forged(body: bytes) -> bytes:
    """The same id, number and hash with another content."""
    other = body.replace(b'"B01-XA"', b'"B99-XA"')
    assert other != body
    return other


async def letters(audit: Audit) -> list[dict[str, Any]]:
    return list((await audit.get("/api/v1/dead-letters", "ops")).json()["items"])


@pytest.mark.parametrize("together", [True, False])
async def test_a_known_id_with_other_bytes_is_set_aside(audit: Audit, sources: SourceDriver, together: bool) -> None:
    first, second = Producer().send(2)
    other = forged(first)
    batches = [[first, other, first, second]] if together else [[first], [other], [first], [second]]
    for values in batches:
        await sources.consume(*values)
    kept = await audit.rows("select body from entry order by index")
    assert [row.body for row in kept] == [first, second]
    assert await sources.gaps() == []
    [letter] = await letters(audit)
    assert letter["reason"].endswith("is known with other bytes: this record took no effect")
    assert [row.value for row in await audit.rows("select value from dead_letter")] == [other]


async def test_the_same_bytes_again_are_told_to_nobody(audit: Audit, sources: SourceDriver) -> None:
    producer = Producer()
    values = [*producer.send(3), producer.heartbeat()]
    for partition in (0, 1):
        await sources.consume(*values, *values, partition=partition)
    assert await letters(audit) == []
    assert await sources.gaps() == []


async def test_a_contradiction_is_found_when_the_inbox_has_forgotten_the_id(
    audit: Audit, sources: SourceDriver
) -> None:
    first, second, third = Producer().send(3)
    await sources.consume(first, second)
    async with owner(audit.engine) as tx:
        await tx.execute(sa.text("truncate inbox"))
    await sources.consume(first, forged(second), third)
    kept = await audit.rows("select body from entry order by index")
    assert [row.body for row in kept] == [first, second, third]
    assert [row.value for row in await audit.rows("select value from dead_letter")] == [forged(second)]
    assert await sources.gaps() == []


@pytest.mark.parametrize("address", ["/api/v1/dead-letters/{id}/replay", "/api/v1/dead-letters/replay"])
async def test_only_a_note_closes_it(audit: Audit, sources: SourceDriver, address: str) -> None:
    """A replay would say that all is well, and nobody would have looked at who wrote it."""
    (first,) = Producer().send(1)
    await sources.consume(first, forged(first))
    [letter] = await letters(audit)
    asked = address.format(id=letter["id"])
    answer = await audit.client.post(asked, headers=audit.as_("ops"), json={})
    assert "is known with other bytes" in answer.text
    [still] = await letters(audit)
    assert (still["state"], still["attempts"], still["reason"]) == ("open", 1, letter["reason"])
    assert [row.body for row in await audit.rows("select body from entry")] == [first]
    note = {"reason": "Sent by hand by an agency; told to stop"}
    discarded = await audit.client.post(
        f"/api/v1/dead-letters/{letter['id']}/discard", headers=audit.as_("ops"), json=note
    )
    assert discarded.json()["state"] == "discarded"


@pytest.mark.parametrize("together", [True, False])
async def test_it_is_found_when_the_first_is_a_dead_letter_itself(
    audit: Audit, sources: SourceDriver, together: bool
) -> None:
    first, second = Producer().send(2)
    unstorable = first.replace(b'"data":{', b'"data":{"later":"\\u0000",')  # which jsonb has not
    assert unstorable != first
    for values in [[unstorable, first, second]] if together else [[unstorable], [first], [second]]:
        await sources.consume(*values)
    reasons = await audit.rows("select value, reason, event_id from dead_letter order by id")
    assert [row.value for row in reasons] == [unstorable, first]
    assert reasons[0].event_id and reasons[1].reason.endswith("took no effect")
    await sources.consume(unstorable)
    assert len(await letters(audit)) == 2, "the same bytes again are told to nobody"


@pytest.mark.parametrize("forgotten", [False, True])
async def test_many_of_them_stop_no_consumer(audit: Audit, sources: SourceDriver, forgotten: bool) -> None:
    """A source that sends old events anew is no sign that this service cannot read what comes."""
    bodies = Producer().send(120)
    await sources.consume(*bodies)
    if forgotten:
        async with owner(audit.engine) as tx:
            await tx.execute(sa.text("truncate inbox"))
    await sources.consume(*map(forged, bodies))
    assert await audit.rows("select count(*) from dead_letter where event_id is null") == [(120,)]
