"""A log that somebody has changed: nothing of it reaches the figures of the province."""

import random

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rebuild.errors import CouldNotCompare
from aggregation.rebuild.log_origin import split
from aggregation.rebuild.proof.chain import BrokenChain, Chain
from aggregation.rules.plan import PlanIndex
from services.aggregation.tests.rebuild.driver import rebuild_from, run
from services.aggregation.tests.rebuild.proof.audit_log import AuditLog, chained
from shared.messaging.relay.chain import GENESIS, number
from tests.support.databases import owner

# What whoever owns the database of the log could do to the entries 4 and 5, and what the province would then read.
FORGERIES = {
    "altered": "update entry set body = replace(convert_from(body, 'UTF8'), '\"value\":\"', '\"value\":\"9')::bytea "
    "where index = 4",  # a tenfold figure
    "removed": "delete from entry where index = 4",  # a report that was never handed in
    "exchanged": "update entry set body = (select body from entry where index = 5) where index = 4",  # the other twice
    "added": "insert into entry select 99, 'e', type, source, subject, obligation_id, unit, period, time, received_at, "
    'topic, partition, "offset", trace_id, '
    "regexp_replace(convert_from(body, 'UTF8'), ',\"sequence.*', '}')::bytea, data from entry where index = 4",
    # the last: one that nobody sent
}
NAMED = {"altered": "4, 5", "removed": "the events 5 to 5", "exchanged": "the events 5 to 5", "added": "no number"}


async def test_a_log_as_it_was_sent_is_taken(
    engine: AsyncEngine, plan: PlanIndex, sent: list[bytes], audit_log: AuditLog
) -> None:
    result = await rebuild_from(engine, plan, audit_log.origin(), swap=True)
    assert result.rebuilt.equal and result.rebuilt.swapped, result.refused


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_log_that_was_changed_changes_no_figure(
    engine: AsyncEngine, plan: PlanIndex, sent: list[bytes], audit_log: AuditLog, forgery: str
) -> None:
    values = "select unit, period, measure, numerator, denominator from indicator_value order by 1, 2, 3, 4, 5"
    before = await run(engine, values)
    async with owner(audit_log.engine) as tx:
        await tx.execute(sa.text("alter table entry disable trigger entry_is_final"))
        await tx.execute(sa.text(FORGERIES[forgery]))
    with pytest.raises(CouldNotCompare, match=r"chain of the log is broken.* /submissions.*") as refused:
        await rebuild_from(engine, plan, audit_log.origin(), swap=True, partial=True)
    assert NAMED[forgery] in str(refused.value), "where to look"
    assert before and await run(engine, values) == before
    assert not await run(engine, "select 1 from rebuild")


def taken(bodies: list[bytes]) -> Chain:
    chain = Chain()
    for text, members in split("[" + ",".join(body.decode() for body in bodies) + "]"):
        chain.add(members, text.encode())
    return chain


def some(count: int) -> list[bytes]:
    return chained([b'{"id":"%d","source":"/submissions"}' % n for n in range(count)])


def test_events_may_overtake_each_other_and_be_read_twice() -> None:
    bodies = some(50) * 2
    random.Random(5).shuffle(bodies)
    assert taken(bodies).missing() is None
    assert taken(some(9)[:3] + some(9)[6:]).missing() == "of /submissions the events 4 to 6 are not in the log"


@pytest.mark.parametrize("length", [1, 5])
def test_a_chain_begins_with_the_first_event(length: int) -> None:
    assert "the events 1 to 1" in str(taken(some(length + 1)[1:]).missing())
    forged = number(b'{"id":"a","source":"/submissions"}', 1, "ab" * 32).body
    with pytest.raises(BrokenChain, match="names another hash"):
        taken([forged])


def test_a_number_is_given_once() -> None:
    bodies = some(3)
    with pytest.raises(BrokenChain, match="two events with the number 2"):
        taken([*bodies, number(b'{"id":"b","source":"/submissions"}', 2, GENESIS).body])
