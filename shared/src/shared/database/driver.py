"""Statements that go to the driver itself: for the few that nearly every request sends.

SQLAlchemy makes a greenlet, a context and a result for a statement, which together cost more than the statement does.
Here the connection is still one of the engine's pool and the text SQLAlchemy's, compiled once; a failure is an error of
SQLAlchemy's, and a span is that of every statement (docs/decisions/0026-round-trips.md).

    async with connection(engine) as tx, transaction(tx):
        rows = await fetch(tx, STATEMENT, {"id": id})
        await tx.execute(…)  # belongs to the transaction, too
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.database.statement_span import attributes_of, end_failed, start_span

DISTINCT_STATEMENTS = 128
DATABASE_ERRORS = (SQLAlchemyError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""A server that ends a connection while the pool makes it raises the driver's own."""


@asynccontextmanager
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection that begins no transaction by itself.

    SQLAlchemy's own `async with` closes it in a task of its own, so that nobody can be stopped in it, and waits for the
    task. Here there is nothing to wait for.
    """
    tx = await _autocommit(engine).connect()
    try:
        yield tx
    finally:
        await tx.close()


@lru_cache(maxsize=16)
def _autocommit(engine: AsyncEngine) -> AsyncEngine:
    return engine.execution_options(isolation_level="AUTOCOMMIT")


@asynccontextmanager
async def transaction(tx: AsyncConnection) -> AsyncIterator[None]:
    """On such a `connection`. What SQLAlchemy executes on it meanwhile belongs to the transaction, too.

    Not for an engine with a schema of its own, which says so in each transaction that SQLAlchemy begins.
    """
    driver = _driver_of(tx)
    own = driver.transaction()
    ended = False
    try:
        with _as_sqlalchemy_says("begin", driver):
            await own.start()
        try:
            yield
        except BaseException:
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await own.rollback()
                ended = True
            raise
        with _as_sqlalchemy_says("commit", driver):
            await own.commit()
        ended = True
    finally:
        # Where it broke off, in BEGIN itself, too, the driver takes what comes next for a part of it: nobody may go on.
        if not ended:
            await tx.invalidate()


async def fetch(tx: AsyncConnection, statement: sa.TextClause, values: Mapping[str, Any]) -> Sequence[Any]:
    """The rows, by column name. Raises SQLAlchemy's DBAPIError, IntegrityError for what a constraint refuses."""
    driver, compiled = _driver_of(tx), _compiled(statement, tx.engine)
    given = [values[name] if write is None else write(values[name]) for name, write in compiled.parameters]
    span = start_span(compiled.attributes)
    try:
        with _as_sqlalchemy_says(compiled.sql, driver):
            rows: Sequence[Any] = await driver.fetch(compiled.sql, *given)
    except BaseException as error:
        end_failed(span, getattr(error, "orig", error))
        raise
    span.end()
    return rows


@dataclass(frozen=True)
class _Compiled:
    """With `$1` for the first of the parameters, each with what writes its value for the driver."""

    sql: str
    parameters: Sequence[tuple[str, Callable[[Any], Any] | None]]
    attributes: Mapping[str, Any]


@lru_cache(maxsize=DISTINCT_STATEMENTS)
def _compiled(statement: sa.TextClause, engine: AsyncEngine) -> _Compiled:
    compiled, dialect = statement.compile(dialect=engine.dialect), engine.dialect
    types = {name: parameter.type for name, parameter in compiled.binds.items()}
    writers = {name: type_.dialect_impl(dialect).bind_processor(dialect) for name, type_ in types.items()}
    parameters = [(name, writers[name]) for name in compiled.positiontup or ()]
    return _Compiled(compiled.string, parameters, attributes_of(engine.url, compiled.string))


def _driver_of(tx: AsyncConnection) -> Any:
    if tx.sync_connection is None:
        raise RuntimeError("the connection has not been started")
    return tx.sync_connection.connection.driver_connection


@contextmanager
def _as_sqlalchemy_says(sql: str, driver: Any) -> Iterator[None]:
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        refused = isinstance(error, asyncpg.IntegrityConstraintViolationError)
        kind = IntegrityError if refused else DBAPIError
        raise kind(sql, None, error, hide_parameters=True, connection_invalidated=driver.is_closed()) from error
