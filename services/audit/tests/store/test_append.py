"""The log: exact bytes, once, in order, without a gap, whatever arrives and however it arrives."""

import asyncio
import hashlib
from collections.abc import Sequence
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from audit.rules.entry import read_entry
from audit.store import append
from services.audit.tests.audit_driver import Audit, records
from services.audit.tests.sample_events import THEN, UNIT, opened, received
from tests.support.databases import owner


async def indices(audit: Audit) -> Sequence[tuple[int, str]]:
    return [(row.index, row.event_id) for row in await audit.rows("select index, event_id from entry order by index")]


async def test_exact_bytes_are_kept(audit: Audit) -> None:
    event = received(uuid4())
    # Another writer's JSON: odd spacing, an unknown field, escapes. All of it is evidence.
    body = event.to_bytes().replace(b'"data":{', b'"later" : "\\u00e9" ,\n "data" :  { "more":1.50,', 1)
    await audit.worker().consume(records(body, first=41))
    answer = await audit.get(f"/api/v1/events/{event.id}/raw")
    assert answer.content == body
    assert answer.headers["content-type"] == "application/cloudevents+json"
    assert answer.headers["etag"] == f'"{hashlib.sha256(body).hexdigest()}"'
    detail = (await audit.get(f"/api/v1/events/{event.id}")).json()
    assert (detail["index"], detail["topic"], detail["offset"]) == (0, "submissions.v1", 41)
    assert detail["data"]["more"] == 1.5 and detail["sha256"] == hashlib.sha256(body).hexdigest()


async def test_once_in_order_and_without_a_gap_under_duplicates(audit: Audit) -> None:
    obligation_id = uuid4()
    events = [received(obligation_id, revision) for revision in range(1, 21)]
    await audit.log(*events[:10], events[3], events[0])
    await audit.log(*events[5:15], first=5)
    await audit.log(*events, first=0)
    assert await indices(audit) == [(place, event.id) for place, event in enumerate(events)]
    assert await audit.rows("select size from log_head") == [(20,)]


async def test_once_and_gapless_when_batches_run_at_the_same_time(audit: Audit) -> None:
    partitions = [[received(uuid4(), revision) for revision in range(1, 61)] for _ in range(3)]

    async def one(number: int, start: int) -> None:
        events = partitions[number][start : start + 30]  # half of them are in the next batch again
        await audit.worker().consume(records(*(e.to_bytes() for e in events), first=start, partition=number))

    await asyncio.gather(*(one(number, start) for start in range(0, 60, 15) for number in range(3)))
    logged = await indices(audit)
    assert [index for index, _ in logged] == list(range(180))
    assert sorted(id_ for _, id_ in logged) == sorted(event.id for events in partitions for event in events)
    assert await audit.rows("select size from log_head") == [(180,)]


async def test_a_batch_that_fails_leaves_no_gap(audit: Audit) -> None:
    def an_entry() -> object:
        event = received(uuid4())
        return read_entry(event, event.to_bytes(), received_at=THEN, topic="t", partition=0, offset=0)

    async def fail() -> None:
        async with audit.engine.begin() as tx:
            await append.append(tx, [an_entry(), an_entry()])  # type: ignore[list-item]
            raise RuntimeError("the database went away before the commit")

    with pytest.raises(RuntimeError):
        await fail()
    await audit.log(received(uuid4()))
    assert [index for index, _ in await indices(audit)] == [0]


async def test_what_is_no_event_becomes_a_dead_letter_and_nothing_stops(audit: Audit) -> None:
    good = [received(uuid4()) for _ in range(3)]
    nul = received(uuid4()).to_bytes().replace(b'"data":{', b'"data":{"x":"\\u0000",')
    values = [
        good[0].to_bytes(),
        b"{not json",
        b"",
        good[1].to_bytes(),
        b'{"specversion":"1.0"}',
        nul,
        good[2].to_bytes(),
    ]
    await audit.worker().consume(records(*values))
    assert await indices(audit) == [(place, event.id) for place, event in enumerate(good)]
    letters = await audit.rows('select "offset", value from dead_letter order by "offset"')
    assert [(row.offset, row.value) for row in letters] == [(n, values[n]) for n in (1, 2, 4, 5)]


@pytest.mark.parametrize("statement", ["update entry set body = 'x'", "delete from entry", "truncate entry"])
async def test_entries_cannot_be_changed_or_removed(audit: Audit, statement: str) -> None:
    """Not even by the owner of the table; who serves has no right to (tests/deploy/database/test_rights.py)."""
    await audit.log(received(uuid4()))
    with pytest.raises(IntegrityError, match="never changed or removed"):
        async with owner(audit.engine) as tx:
            await tx.execute(sa.text(statement))


async def test_unit_period_obligation_and_trace_are_found(audit: Audit) -> None:
    obligation_id = uuid4()
    event = opened(obligation_id).model_copy(update={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})
    await audit.log(event)
    row = (await audit.rows("select unit, period, obligation_id, trace_id, time from entry"))[0]
    assert tuple(row) == (UNIT, "2026", str(obligation_id), "ab" * 16, THEN)
