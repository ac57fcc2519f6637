"""Whether a connection that lay in the pool still stands when it is taken.

SQLAlchemy's pre-ping asks the server each time: with asyncpg three round trips (begin, nothing, rollback), a third of
those that taking a report needs. A server that ends or restarts closes its sockets, which the driver has seen without
asking; only what lay long, and may have been forgotten by a firewall on the way, is worth the question.
"""

import time
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine

LONG_SECONDS = 30.0
ANSWER_SECONDS = 2.0
QUESTION = "select 1"

_LAID_DOWN = "tiendo_laid_down"


def check_when_taken(engine: AsyncEngine, long_seconds: float = LONG_SECONDS) -> None:
    """A connection that is gone is replaced before its taker sees it, and with it all others of its age."""

    def laid_down(_: Any, record: Any) -> None:
        record.info[_LAID_DOWN] = time.monotonic()

    def taken(connection: Any, record: Any, _: Any) -> None:
        since = record.info.get(_LAID_DOWN)
        if since is None:
            return  # opened just now
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError("closed by the server")
        if time.monotonic() - since > long_seconds and not _answers(connection):
            raise InvalidatePoolError("no answer")

    event.listen(engine.sync_engine, "checkin", laid_down)
    event.listen(engine.sync_engine, "checkout", taken)


def _answers(connection: Any) -> bool:
    try:
        connection.run_async(lambda driver: driver.execute(QUESTION, timeout=ANSWER_SECONDS))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):  # TimeoutError is one
        return False
    return True
