"""Databases for tests: fresh ones, and copies of a template that are made as new again instead of made anew.

To copy a template takes PostgreSQL 0.13 s, to empty the tables of a test a tenth of that. A copy whose schema a test
has changed is not used again.
"""

import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Protocol
from urllib.parse import urlsplit

import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from tiendo_local.servers.postgres import Postgres, owner_role

SERVING = "tests"  # comes to every database of the tests, as a service's role does to its own
OWNER = owner_role(SERVING)  # owns them, with the same password

# The schema `as_new` remembers what the template had, and whether a schema was touched since.
_PREPARE = """
create schema as_new;
create table as_new.touched (command text);
create table as_new.sequence as
  select quote_ident(schemaname) || '.' || quote_ident(sequencename) as name, start_value, last_value from pg_sequences;
do $$
declare one text; filled boolean;
begin
  for one in select tablename from pg_tables where schemaname = 'public' loop
    execute format('select exists (select from public.%I)', one) into filled;
    if filled then execute format('create table as_new.%I as table public.%I', 'row_' || one, one); end if;
  end loop;
end $$;
create function as_new.make_new() returns boolean language plpgsql as $$
declare one text; filled boolean; used text := '';
begin
  perform pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid();
  if exists (select from as_new.touched) then return false; end if;
  for one in select tablename from pg_tables where schemaname = 'public' loop
    execute format('select exists (select from public.%I)', one) into filled;
    if filled then used := used || format(', public.%I', one); end if;
  end loop;
  if used <> '' then execute 'truncate ' || substr(used, 3) || ' cascade'; end if;
  for one in select substr(tablename, 5) from pg_tables where schemaname = 'as_new' and tablename like 'row\\_%' loop
    execute format('insert into public.%I overriding system value select * from as_new.%I', one, 'row_' || one);
  end loop;
  perform setval(name::regclass, coalesce(last_value, start_value), last_value is not null) from as_new.sequence;
  return true;
end $$;
create function as_new.note() returns event_trigger language plpgsql security definer as $$
begin
  insert into as_new.touched values (tg_tag);
end $$;
create event trigger note on ddl_command_end execute function as_new.note();
"""


class DatabaseFactory(Protocol):
    def __call__(self, name: str = "test", *, template: str | None = None) -> str:
        """URL (`postgresql+asyncpg://…`) of a fresh database for its owner; a copy of `template`, a URL of this
        factory, if given, and for the role that the URL names.

        A template must have no open connection.
        """


def owner_url(url: str) -> str:
    """The same database by the role that owns it."""
    return _as(OWNER, url)


def serving_url(url: str) -> str:
    """The same database by the role that serves."""
    return _as(SERVING, url)


@asynccontextmanager
async def owner(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction of the role that owns what `engine` serves: for what no service may do."""
    owning = create_async_engine(owner_url(engine.url.render_as_string(hide_password=False)), poolclass=NullPool)
    async with owning.begin() as tx:
        yield tx


def _as(role: str, url: str) -> str:
    return make_url(url).set(username=role).render_as_string(hide_password=False)


class Databases:
    """Of one process."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._free: dict[str, list[str]] = defaultdict(list)  # names of copies that are as new, by template

    @contextmanager
    def lent(self) -> Iterator[DatabaseFactory]:
        """Fresh ones until the end of the block."""
        made: list[tuple[str, str | None]] = []

        def lend(name: str = "test", *, template: str | None = None) -> str:
            source = urlsplit(template).path[1:] if template else None
            fresh = self._free[source].pop() if source and self._free[source] else self._make(name, source)
            made.append((fresh, source))
            role = urlsplit(template).username if template else OWNER
            return self._server.url(fresh, role=role, driver="+asyncpg")

        try:
            yield lend
        finally:
            for name, source in made:
                if source and self._is_as_new(name):
                    self._free[source].append(name)
                else:
                    self._server.drop_database(name)

    def _make(self, name: str, template: str | None) -> str:
        fresh = f"{name}_{secrets.token_hex(5)}"
        self._server.create_database(fresh, owner=OWNER, serving=SERVING, template=template)
        if template:
            with self._server.admin(fresh) as connection:
                connection.execute(_PREPARE)
        return fresh

    def _is_as_new(self, name: str) -> bool:
        try:
            with self._server.admin(name) as connection:
                # As a copy is made, without asking whether one row refers to another.
                connection.execute("set session_replication_role = replica; set lock_timeout = '5s'")
                row = connection.execute("select as_new.make_new()").fetchone()
        except psycopg.Error:
            return False
        return row == (True,)
