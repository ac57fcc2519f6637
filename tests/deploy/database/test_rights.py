"""Of two roles one owns the tables and one serves: what whoever has the password of the second cannot do."""

from collections.abc import Callable, Iterator
from importlib import import_module

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from shared.database.migration import migrate
from shared.database.rights import rights_of
from tests.support.databases import SERVING, DatabaseFactory

SERVICES = ("submissions", "aggregation", "notifications", "audit")
Connection = psycopg.Connection[tuple[object, ...]]

TABLES = "select tablename from pg_tables where schemaname = 'public'"
GRANTED = """
select relname, lower(privilege_type) from pg_class, aclexplode(relacl)
where relnamespace = 'public'::regnamespace and grantee = %s::regrole
union all
select relname, format('%%s (%%s)', lower(privilege_type), string_agg(attname, ', ' order by attnum))
from pg_class join pg_attribute on attrelid = pg_class.oid, aclexplode(attacl)
where relnamespace = 'public'::regnamespace and grantee = %s::regrole group by relname, privilege_type
"""
ENTRY = """
insert into entry (index, event_id, type, source, subject, time, received_at, topic, partition, "offset", body, data)
values (0, 'a', 't', '/s', 's', now(), now(), 't', 0, 0, '{}', '{}')
"""
FORGERIES = {
    "update entry set body = 'forged'": "another report than was sent",
    "delete from entry": "a report that was never there",
    "truncate entry": "an empty log",
    "alter table entry disable trigger all": "the trigger gone that refuses the three above",
    "alter table entry disable trigger entry_is_final": "the same",
    "drop trigger entry_is_final on entry": "the same",
    "create or replace function entry_is_final() returns trigger language plpgsql as 'begin end'": "the same",
    "create trigger own before insert on entry for each row execute function entry_is_final()": "a log that takes none",
    "create rule own as on insert to entry do instead nothing": "a log that loses what it takes",
    "alter table entry drop constraint entry_event_id_key": "an event twice",
    "alter table entry owner to tests": "the right to all of this",
    "drop table entry": "no log",
    "create table entry_of_mine (index int)": "a table beside it",
    "create schema mine": "a schema whose tables are found first",
    "create temporary table entry (index int)": "a log of the session's own",
    "set role tests_owner": "the owner's rights",
    "set session_replication_role = replica": "triggers that do not fire",
    "update alembic_version set version_num = '0001'": "a migration that runs again",
}


def connect(url: str) -> Connection:
    return psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))


@pytest.fixture
def log(database: DatabaseFactory, migrated: Callable[[str], str]) -> Iterator[Connection]:
    """As the role that serves, with one entry in the log."""
    with connect(database("audit", template=migrated("audit"))) as connection:
        connection.execute(ENTRY)
        connection.commit()
        yield connection


@pytest.mark.parametrize("forgery", FORGERIES)
def test_who_serves_cannot_forge_the_log(log: Connection, forgery: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        log.execute(forgery)
    log.rollback()
    assert log.execute("select body from entry").fetchall() == [(b"{}",)], FORGERIES[forgery]


@pytest.mark.parametrize("service", SERVICES)
def test_who_serves_may_do_what_the_tables_declare_and_no_more(
    database: DatabaseFactory, migrated: Callable[[str], str], service: str
) -> None:
    metadata: sa.MetaData = import_module(f"{service}.store.tables").metadata
    declared = {table.name: set(rights_of(table)) for table in metadata.sorted_tables}
    with connect(database(service, template=migrated(service))) as connection:
        assert granted(connection) == declared
        there = {name for (name,) in connection.execute(TABLES)}
        assert there == set(declared) | {"alembic_version"}, "what is not declared is closed to the service"


def test_a_migration_takes_back_what_is_no_longer_declared(database: DatabaseFactory) -> None:
    url = database("audit")
    migrate(url, "audit", "0004", serving=SERVING)
    with connect(url) as connection:
        connection.execute(f"grant all on entry to {SERVING}")
    migrate(url, "audit", serving=SERVING)
    with connect(url) as connection:
        assert granted(connection)["entry"] == {"select", "insert"}
        assert granted(connection)["missing"] == {"select", "insert", "update", "delete"}, "of a later migration"


def granted(connection: Connection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, right in connection.execute(GRANTED, [SERVING, SERVING]):
        found.setdefault(str(table), set()).add(str(right))
    return found
