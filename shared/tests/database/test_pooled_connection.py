"""A connection that is gone is replaced before its taker sees it; one that stands is not asked each time."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.database import pooled_connection
from shared.database.pooled_connection import check_when_taken

PID = sa.text("select pg_backend_pid()")


@pytest.fixture
async def pool(database: Callable[..., str]) -> AsyncIterator[Callable[[float], AsyncEngine]]:
    url = sa.make_url(database("pool")).set(drivername="postgresql+asyncpg")
    made: list[AsyncEngine] = []

    def make(long_seconds: float) -> AsyncEngine:
        made.append(create_async_engine(url, pool_size=2))
        check_when_taken(made[-1], long_seconds)
        return made[-1]

    yield make
    for engine in made:
        await engine.dispose()


async def pids(engine: AsyncEngine) -> set[int]:
    async with engine.connect() as one, engine.connect() as other:
        return {int(await one.scalar(PID) or 0), int(await other.scalar(PID) or 0)}


async def test_what_the_server_closed_is_replaced(pool: Callable[[float], AsyncEngine]) -> None:
    engine, other = pool(60), pool(60)
    before = await pids(engine)
    async with other.connect() as tx:
        ended = sa.text("select pg_terminate_backend(pid, 5000) from unnest(cast(:pids as int[])) as pid")
        assert (await tx.execute(ended, {"pids": list(before)})).scalars().all() == [True, True]
    assert not await pids(engine) & before


@pytest.mark.parametrize(("long_seconds", "asked"), [(60.0, 0), (-1.0, 3)])
async def test_only_what_lay_long_is_asked(
    pool: Callable[[float], AsyncEngine], monkeypatch: pytest.MonkeyPatch, long_seconds: float, asked: int
) -> None:
    engine, asks = pool(long_seconds), []
    ask = asyncpg.Connection.execute

    async def counted(connection: Any, query: str, *arguments: Any, **given: Any) -> str:
        asks.extend([query] if query == "select 1" else [])
        return str(await ask(connection, query, *arguments, **given))

    monkeypatch.setattr(asyncpg.Connection, "execute", counted)
    for _ in range(4):  # the first one is opened
        async with engine.connect() as tx:
            await tx.execute(PID)
    assert len(asks) == asked


async def test_what_does_not_answer_is_replaced(
    pool: Callable[[float], AsyncEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As behind a firewall that has forgotten the connection: the socket stands, and nothing ever comes back. The
    server is kept from answering by a lock that the question waits for."""
    engine, other = pool(-1.0), pool(60)
    before = await pids(engine)
    monkeypatch.setattr(pooled_connection, "QUESTION", "select pg_advisory_lock(1)")
    monkeypatch.setattr(pooled_connection, "ANSWER_SECONDS", 0.2)
    async with other.connect() as holder:
        await holder.execute(sa.text("select pg_advisory_lock(1)"))
        async with engine.connect() as tx:
            assert await tx.scalar(PID) not in before
