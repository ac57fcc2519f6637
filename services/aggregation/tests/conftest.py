"""A migrated database per session, emptied per test, and the aggregator on the real catalogue."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.aggregate import Aggregator
from aggregation.plan import Plan
from aggregation.settings import Settings
from aggregation.tables import metadata
from shared.catalogue import Catalogue, load
from shared.clock import Clock
from shared.database import create_engine
from shared.migration import migrate

from .aggregation_support import Bench


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture(scope="session")
def plan(catalogue: Catalogue) -> Plan:
    return Plan(catalogue)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def aggregation_engine(session_database: Callable[[str], str]) -> AsyncIterator[AsyncEngine]:
    url = session_database("aggregation")
    await asyncio.to_thread(migrate, url, "aggregation")
    engine = create_engine(Settings(database_url=url, environment="test"))
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def engine(aggregation_engine: AsyncEngine) -> AsyncEngine:
    await empty(aggregation_engine)
    return aggregation_engine


@pytest.fixture
def bench(engine: AsyncEngine, plan: Plan) -> Bench:
    return Bench(engine, Aggregator(plan, Clock()), plan.catalogue)


async def empty(engine: AsyncEngine) -> None:
    names = ", ".join((*metadata.tables, "outbox", "inbox", "dead_letter"))
    async with engine.begin() as tx:
        await tx.execute(sa.text(f"truncate {names}"))
