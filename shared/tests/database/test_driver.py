"""Statements that go to the driver itself: in one transaction with SQLAlchemy's, and with its errors."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.database.driver import connection, fetch, transaction
from shared.database.pooled_connection import check_when_taken

KEEP = sa.text("insert into thing (id, said) values (:id, :said) returning said, id").bindparams(
    sa.bindparam("said", type_=JSONB)
)
COUNT = sa.text("select count(*) from thing")
PID = sa.text("select pg_backend_pid() as pid")


@pytest.fixture
async def engine(database: Callable[..., str]) -> AsyncIterator[AsyncEngine]:
    url = sa.make_url(database("driver")).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, pool_size=1, max_overflow=0, hide_parameters=True)
    check_when_taken(engine)
    async with engine.begin() as tx:
        await tx.execute(sa.text("create table thing (id uuid primary key, said jsonb)"))
    yield engine
    await engine.dispose()


async def things(engine: AsyncEngine) -> int:
    async with engine.connect() as tx:
        return int(await tx.scalar(COUNT) or 0)


async def keep(tx: AsyncConnection, id_: UUID, said: object = None) -> Any:
    (row,) = await fetch(tx, KEEP, {"id": id_, "said": said})
    return row


async def keep_all(tx: AsyncConnection, *ids: UUID, then: BaseException | None = None) -> None:
    """In one transaction, one way after the other, which ends with `then`."""
    async with transaction(tx):
        for number, id_ in enumerate(ids):
            if number % 2:
                await tx.execute(KEEP, {"id": id_, "said": "secret"})
            else:
                await keep(tx, id_, "secret")
        assert await tx.scalar(COUNT) == len(ids)
        if then:
            raise then


async def test_values_are_written_and_read_as_by_sqlalchemy(engine: AsyncEngine) -> None:
    id_ = uuid4()
    async with connection(engine) as tx, transaction(tx):
        row = await keep(tx, id_, {"số": ["1", None]})
        assert (row["id"], row["said"]) == (id_, {"số": ["1", None]})
    assert await things(engine) == 1


async def test_both_ways_are_one_transaction(engine: AsyncEngine) -> None:
    async with connection(engine) as tx:
        with pytest.raises(LookupError):
            await keep_all(tx, uuid4(), uuid4(), then=LookupError())
        assert await tx.scalar(COUNT) == 0, "each statement is its own again"
    assert await things(engine) == 0


async def test_what_a_constraint_refuses_is_an_integrity_error_that_tells_no_value(engine: AsyncEngine) -> None:
    id_ = uuid4()
    async with connection(engine) as tx:
        with pytest.raises(IntegrityError) as refused:
            await keep_all(tx, id_, uuid4(), id_)
        assert refused.value.orig is not None and getattr(refused.value.orig, "sqlstate", None) == "23505"
        assert "secret" not in str(refused.value) and not refused.value.connection_invalidated
    assert await things(engine) == 0


async def test_a_connection_that_is_lost_says_so_and_is_not_used_again(engine: AsyncEngine) -> None:
    async def end_itself(tx: AsyncConnection) -> None:
        async with transaction(tx):
            await keep(tx, uuid4())
            await fetch(tx, sa.text("select pg_terminate_backend(pg_backend_pid())"), {})

    async with connection(engine) as tx:
        with pytest.raises(DBAPIError) as lost:
            await end_itself(tx)
    assert lost.value.connection_invalidated
    assert await things(engine) == 0


async def test_who_is_stopped_in_the_middle_leaves_no_transaction_behind(engine: AsyncEngine) -> None:
    kept = asyncio.Event()

    async def slowly() -> None:
        async with connection(engine) as tx, transaction(tx):
            await keep(tx, uuid4())
            kept.set()
            await fetch(tx, sa.text("select pg_sleep(30)"), {})

    task = asyncio.create_task(slowly())
    await kept.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await things(engine) == 0
    async with connection(engine) as tx, transaction(tx):
        await keep(tx, uuid4())
    assert await things(engine) == 1


async def test_a_transaction_that_cannot_be_ended_takes_its_connection_along(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: object) -> None:
        raise ConnectionError

    async with connection(engine) as tx:
        (before,) = await fetch(tx, PID, {})
        with monkeypatch.context() as patch:
            patch.setattr("asyncpg.transaction.Transaction.rollback", fail)
            with pytest.raises(LookupError):
                await keep_all(tx, uuid4(), then=LookupError())
    async with connection(engine) as tx:
        assert (await fetch(tx, PID, {}))[0]["pid"] != before["pid"]
    assert await things(engine) == 0


async def written(engine: AsyncEngine) -> None:
    async with connection(engine) as tx, transaction(tx):
        await keep(tx, uuid4())


async def seen_by_others(engine: AsyncEngine) -> int:
    other = create_async_engine(engine.url)
    try:
        return await things(other)
    finally:
        await other.dispose()


async def test_who_takes_the_connection_after_a_begin_that_broke_off_is_no_part_of_it(engine: AsyncEngine) -> None:
    """The driver believes in a transaction as soon as it has asked for one, the server's answer or not."""
    async with engine.connect() as tx:
        pid = int(await tx.scalar(PID) or 0)
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await written(engine)
    finally:
        os.kill(pid, signal.SIGCONT)
    await written(engine)
    async with engine.begin() as tx:
        await tx.execute(KEEP, {"id": uuid4(), "said": None})
    assert await seen_by_others(engine) == 2


@pytest.mark.parametrize("steps", range(0, 24, 2))
async def test_whoever_was_stopped_anywhere_leaves_a_connection_that_keeps_what_comes(
    engine: AsyncEngine, steps: int
) -> None:
    async with connection(engine) as tx:
        await fetch(tx, PID, {})  # it is open
    stopped = asyncio.create_task(written(engine))
    for _ in range(steps):
        await asyncio.sleep(0)
    stopped.cancel()
    await asyncio.wait([stopped])
    before = await seen_by_others(engine)
    await written(engine)
    assert await seen_by_others(engine) == before + 1
