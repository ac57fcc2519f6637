"""What every connection of a service is set to, and where its unqualified names lead."""

from collections.abc import Callable
from typing import ClassVar

import pytest
import sqlalchemy as sa

from shared.database.engine import IDLE_IN_TRANSACTION_TIMEOUT_MS, create_engine
from shared.settings import ServiceSettings


class SomeSettings(ServiceSettings):
    service: ClassVar[str] = "some"
    default_port: ClassVar[int] = 8000


@pytest.fixture
def settings(database: Callable[..., str]) -> SomeSettings:
    return SomeSettings(database_url=database("some"), environment="test")


async def test_each_connection_is_timed_out_in_utc_and_named_after_the_service(settings: SomeSettings) -> None:
    engine = create_engine(settings, statement_timeout_ms=1234)
    wanted = {
        "statement_timeout": "1234ms",
        "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_TIMEOUT_MS // 60_000}min",
        "jit": "off",
        "search_path": "public",
        "TimeZone": "UTC",
        "application_name": "some",
    }
    async with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            await connection.rollback()  # what was set stays
            assert {name: await connection.scalar(sa.text(f"show {name}")) for name in wanted} == wanted
    await engine.dispose()


async def test_another_schema_holds_for_every_transaction_whoever_used_the_session_before(
    settings: SomeSettings,
) -> None:
    engine = create_engine(settings, pool_size=1, schema="shadow")
    async with engine.begin() as tx:
        await tx.execute(sa.text("create schema shadow"))
        await tx.execute(sa.text("set session search_path to public"))  # as a pooler's other client would
    async with engine.begin() as tx:
        assert await tx.scalar(sa.text("select current_schema()")) == "shadow"
    await engine.dispose()
