"""Several changes in one statement: all of them or none, and whatever their parameters are called."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.database.write import Statement, Write, write

ONE = Statement("insert into one (id, said) values (:id, :said)")
MANY = Statement("insert into many (id, said) select id, said::text from unnest(:id, :said) as row (id, said)", {
    "id": ARRAY(sa.Integer), "said": ARRAY(sa.Text),
})  # fmt: skip
CHANGE = Statement("update one set said = :said where id = :id")


@pytest.fixture
async def engine(database: Callable[..., str]) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(sa.make_url(database("write")).set(drivername="postgresql+asyncpg"))
    async with engine.begin() as tx:
        for table in ("one", "many"):
            await tx.execute(sa.text(f"create table {table} (id int primary key, said text)"))
    yield engine
    await engine.dispose()


async def said(engine: AsyncEngine) -> list[Any]:
    both = sa.text("select 'one', id, said from one union all select 'many', id, said from many order by 1, 2")
    async with engine.connect() as tx:
        return [tuple(row) for row in await tx.execute(both)]


async def test_changes_of_two_tables_are_one_statement(engine: AsyncEngine) -> None:
    statements: list[str] = []
    sa.event.listen(engine.sync_engine, "before_cursor_execute", lambda _c, _u, text, *_: statements.append(text))
    async with engine.begin() as tx:
        await write(tx, Write(MANY, {"id": [1, 2], "said": ["a", "b"]}), Write(ONE, {"id": 1, "said": "c::text :d"}))
    assert len(statements) == 1
    assert await said(engine) == [("many", 1, "a"), ("many", 2, "b"), ("one", 1, "c::text :d")]


async def test_one_that_fails_takes_the_others_with_it(engine: AsyncEngine) -> None:
    with pytest.raises(IntegrityError):
        async with engine.begin() as tx:
            await write(tx, Write(ONE, {"id": 1, "said": "a"}), Write(MANY, {"id": [1, 1], "said": ["b", "b"]}))
    assert await said(engine) == []


async def test_a_part_sees_nothing_of_the_others(engine: AsyncEngine) -> None:
    """Why none may build on another."""
    async with engine.begin() as tx:
        await write(tx, Write(ONE, {"id": 1, "said": "a"}), Write(CHANGE, {"id": 1, "said": "b"}))
        await write(tx, Write(CHANGE, {"id": 1, "said": "c"}))
        await write(tx)
    assert await said(engine) == [("one", 1, "c")]
