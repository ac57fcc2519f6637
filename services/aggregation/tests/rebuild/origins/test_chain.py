"""A log that somebody has changed: nothing of it reaches the figures of the province."""

import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import httpx
import pytest
import sqlalchemy as sa
from aiokafka import ConsumerRecord
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rebuild.chain import BrokenChain, Chain
from aggregation.rebuild.errors import CouldNotCompare
from aggregation.rebuild.log_origin import LogOrigin, split
from aggregation.rules.plan import PlanIndex
from audit.app import create_app
from audit.settings import AuditSettings
from audit.worker import log_events
from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.rebuild.driver import apply, rebuild_from, run
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.events import SUBMISSIONS
from shared.messaging import BatchConsumer
from shared.messaging.relay.chain import GENESIS, number
from tests.support.databases import owner
from tiendo_local.issuer import Issuer

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


@dataclass
class AuditLog:
    """The audit service on a database of its own."""

    engine: AsyncEngine
    client: httpx.AsyncClient

    async def keep(self, bodies: list[bytes]) -> None:
        records = [
            ConsumerRecord(SUBMISSIONS, 0, n, 0, 0, None, body, None, 0, len(body), ()) for n, body in enumerate(bodies)
        ]
        await BatchConsumer(self.engine, "audit", log_events(Clock())).consume(records)

    def origin(self) -> LogOrigin:
        return LogOrigin(self.client, SUBMISSIONS, gap_seconds=0)


@pytest.fixture
async def audit_log(
    database: Callable[..., str], migrated: Callable[[str], str], issuer: Issuer
) -> AsyncIterator[AuditLog]:
    url = database("audit", template=migrated("audit"))
    settings = AuditSettings(environment="test", database_url=url, jwks_file=issuer.jwks_file)
    engine, app = create_engine(settings), create_app(settings)
    bearer = {"Authorization": f"Bearer {issuer.token('auditor', 'DAK_NONG')}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://audit", headers=bearer) as client:
        yield AuditLog(engine, client)
    await engine.dispose()


def chained(values: list[bytes]) -> list[bytes]:
    """As the relay sends them."""
    bodies: list[bytes] = []
    hash_ = GENESIS
    for place, value in enumerate(values, 1):
        link = number(value, place, hash_)
        bodies.append(link.body)
        hash_ = link.hash
    return bodies


@pytest.fixture
async def sent(engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue, audit_log: AuditLog) -> list[bytes]:
    """Two units and their reports: live has applied them and the log has them."""
    writer = EventWriter(catalogue)
    obligations = [writer.open("B01-XA", unit, "2026") for unit in ("24736@2025-07-01", "24615@2025-07-01")]
    events = [opened for _, opened in obligations]
    events += [writer.submit(obligation, commune_answer()) for obligation, _ in obligations for _ in range(3)]
    await apply(engine, plan, events, 100)
    bodies = chained([event.to_bytes() for event in events])
    await audit_log.keep(bodies)
    return bodies


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
