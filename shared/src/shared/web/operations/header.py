"""The count in the header of every page of ops: how much of this service waits for somebody.

Of this service alone, in one indexed statement: no page waits for another service to draw its header. The page
`/operations` of audit, where the count leads, tells of all four.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.auth import person_of
from shared.errors import Problem
from shared.messaging.backlog import read_backlog
from shared.web.middleware.rate_limit import is_free

CountMore = Callable[[AsyncConnection], Awaitable[int]]
"""What waits in a service beside its outbox and its dead letters."""


async def count_waiting(request: Request) -> None:
    """Before every route (`create_base_app`): sets `state.waiting` of a request for a page of ops."""
    engine: AsyncEngine | None = getattr(request.app.state, "engine", None)
    if engine is None or request.url.path.startswith("/api/") or is_free(request.url.path):
        return
    person = None
    with suppress(Problem):  # no valid sign-in: the page says so
        person = await person_of(request)
    if person is None or person.role != "ops":
        return
    count_more: CountMore | None = request.app.state.count_more
    with suppress(SQLAlchemyError, OSError):  # the page itself says that the database is away
        async with engine.connect() as tx:
            backlog = await read_backlog(tx)
            request.state.waiting = backlog.things + (await count_more(tx) if count_more else 0)
