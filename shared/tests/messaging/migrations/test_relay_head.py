"""A database whose outbox holds rows numbered by yesterday's relay: they leave with the bytes they had."""

import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from shared.database.migration import migrate
from shared.messaging.relay.chain import GENESIS, number

from ..conftest import an_event
from .test_dead_letters import engine_of

SERVICES = {"submissions": "0002", "aggregation": "0003", "notifications": "0002", "audit": "0005"}
YESTERDAY = """
alter table relay_head drop column batch;
alter table outbox add column sequence bigint;
create unique index outbox_sequence on outbox (sequence);
"""
INSERT = sa.text(
    "insert into outbox (topic, key, event_id, value, sequence) values ('t', 'k', :id, :value, :sequence) returning id"
)


@pytest.mark.parametrize("service", SERVICES)
def test_numbered_rows_become_the_promised_batch(service: str, database: Callable[[str], str]) -> None:
    url = database(service)
    migrate(url, service, SERVICES[service])
    events = [an_event().to_bytes() for _ in range(4)]
    before = number(events[0], 41, GENESIS)
    second = number(events[1], 42, before.hash)
    third = number(events[2], 43, second.hash)
    with engine_of(url).begin() as tx:
        tx.exec_driver_sql(YESTERDAY)
        # A row that was committed late has a smaller id than those before it in the chain.
        late = tx.execute(INSERT, {"id": "3", "value": third.body, "sequence": 43}).scalar_one()
        early = tx.execute(INSERT, {"id": "2", "value": second.body, "sequence": 42}).scalar_one()
        tx.execute(INSERT, {"id": "4", "value": events[3], "sequence": None})
        head = sa.text("insert into relay_head values (:source, 43, :hash)")
        tx.execute(head, {"source": f"/{service}", "hash": third.hash})
    migrate(url, service)
    migrate(url, service)
    with engine_of(url).connect() as connection:
        found = connection.execute(sa.text("select sequence, hash, batch from relay_head")).one()
        rows = connection.execute(sa.text("select event_id, value from outbox"))
        values = {row.event_id: bytes(row.value) for row in rows}
    assert tuple(found) == (41, before.hash, [early, late])
    assert values == {"2": events[1], "3": events[2], "4": events[3]}
    assert number(events[1], found.sequence + 1, found.hash) == second
    assert json.loads(second.body)["prevhash"] == before.hash


def test_a_database_at_rest_keeps_its_head(database: Callable[[str], str]) -> None:
    url = database("submissions")
    migrate(url, "submissions", "0002")
    with engine_of(url).begin() as tx:
        tx.exec_driver_sql(YESTERDAY)
        tx.exec_driver_sql(f"insert into relay_head values ('/submissions', 7, '{GENESIS}')")
    migrate(url, "submissions")
    with engine_of(url).connect() as connection:
        assert tuple(connection.execute(sa.text("select * from relay_head")).one()) == ("/submissions", 7, GENESIS, [])
