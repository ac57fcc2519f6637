"""A database made by yesterday's code and a fresh one end equal, and yesterday's letters are labelled."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from shared.database.migration import migrate
from shared.messaging import messaging_tables

from ..conftest import an_event

SERVICES = {"submissions": "0001", "aggregation": "0002", "notifications": "0001", "audit": "0003"}
YESTERDAY = """
drop table dead_letter;
create table dead_letter (
  id bigint generated always as identity primary key,
  topic text not null,
  partition integer not null,
  "offset" bigint not null,
  timestamp_ms bigint not null,
  key bytea,
  value bytea,
  headers jsonb not null,
  event_id text,
  reason text not null,
  created_at timestamptz not null default now(),
  constraint dead_letter_record unique (topic, partition, "offset", timestamp_ms)
);
"""
SHAPE = (
    "select column_name, ordinal_position, data_type, is_nullable, column_default, is_identity"
    " from information_schema.columns where table_name = 'dead_letter' order by ordinal_position",
    "select indexdef from pg_indexes where tablename = 'dead_letter' order by indexname",
    "select conname, pg_get_constraintdef(oid) from pg_constraint"
    " where conrelid = 'dead_letter'::regclass order by conname",
)


def engine_of(url: str) -> sa.Engine:
    return sa.create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=sa.NullPool)


def shape(url: str) -> list[list[Any]]:
    with engine_of(url).connect() as connection:
        return [list(connection.execute(sa.text(query)).all()) for query in SHAPE]


@pytest.mark.parametrize("service", SERVICES)
def test_old_and_fresh_databases_end_equal(service: str, database: Callable[[str], str]) -> None:
    fresh, old = database(service), database(service)
    migrate(fresh, service)
    migrate(old, service, SERVICES[service])
    values = [an_event().to_bytes(), b"\xff", None, b'{"type": "vn.tiendo.later.v2", "source": 7}']
    with engine_of(old).begin() as tx:
        tx.exec_driver_sql(YESTERDAY)
        insert = sa.text(
            'insert into dead_letter (topic, partition, "offset", timestamp_ms, value, headers, reason)'
            " values ('t', 0, :offset, 1, :value, '[]', 'r')"
        )
        tx.execute(insert, [{"offset": n, "value": value} for n, value in enumerate(values)])
    migrate(old, service)
    migrate(old, service)
    assert shape(old) == shape(fresh)
    with engine_of(old).connect() as connection:
        rows = connection.execute(sa.text('select type, source, state, attempts from dead_letter order by "offset"'))
        assert [tuple(row) for row in rows] == [
            (an_event().type, "/probe", "open", 0),
            (None, None, "open", 0),
            (None, None, "open", 0),
            ("vn.tiendo.later.v2", None, "open", 0),
        ]
    declared = messaging_tables(sa.MetaData()).dead_letter
    assert declared.c.keys() == [column[0] for column in shape(fresh)[0]]
