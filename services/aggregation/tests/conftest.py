"""Fixtures: the catalogue, a migrated database that is emptied for each test, the application and who reads it."""

import random
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.app import create_app
from aggregation.commands.aggregate import Aggregator
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from audit.app import create_app as create_audit
from audit.settings import AuditSettings
from services.aggregation.tests.drivers.kept_history import KeptHistory, empty
from services.aggregation.tests.drivers.projection import Projection
from services.aggregation.tests.drivers.readers import reading_as
from services.aggregation.tests.rebuild.driver import apply
from services.aggregation.tests.rebuild.proof.audit_log import AuditLog
from services.aggregation.tests.test_recomputation import random_history
from shared.access import Role
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.events import Event
from tiendo_local.issuer import Issuer


@pytest.fixture(scope="session")
def plan(catalogue: Catalogue) -> PlanIndex:
    return PlanIndex(catalogue)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def aggregation_engine(
    session_database: Callable[..., str], migrated: Callable[[str], str]
) -> AsyncIterator[AsyncEngine]:
    url = session_database("aggregation", template=migrated("aggregation"))
    engine = create_engine(AggregationSettings(database_url=url, environment="test"))
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def engine(aggregation_engine: AsyncEngine) -> AsyncEngine:
    await empty(aggregation_engine)
    return aggregation_engine


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kept_history(aggregation_engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue) -> KeptHistory:
    await empty(aggregation_engine)
    _, events = random_history(catalogue, random.Random(11), 40)
    await apply(aggregation_engine, plan, events, 500)
    return await KeptHistory.keep(aggregation_engine, events)


@pytest_asyncio.fixture(loop_scope="session")
async def history(engine: AsyncEngine, kept_history: KeptHistory) -> list[Event]:
    """Some hundred events, the same in all tests of a process, that the service has applied."""
    await kept_history.restore(engine)
    return list(kept_history.events)


@pytest.fixture
def projection(engine: AsyncEngine, plan: PlanIndex) -> Projection:
    return Projection(engine, Aggregator(plan, Clock()), plan.catalogue)


@pytest.fixture(scope="session")
def settings(aggregation_engine: AsyncEngine, issuer: Issuer) -> AggregationSettings:
    return AggregationSettings(
        database_url=aggregation_engine.url.render_as_string(hide_password=False),
        environment="test",
        jwks_file=issuer.jwks_file,
        local_issuer_key_file=issuer.key_file,
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def app(settings: AggregationSettings) -> AsyncIterator[FastAPI]:
    """One for all tests, as it serves all requests; so is the process that draws its charts."""
    made = create_app(settings)
    async with made.router.lifespan_context(made):
        yield made


def reader(app: FastAPI, settings: AggregationSettings, role: Role) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers=reading_as(settings, role))


@pytest_asyncio.fixture(loop_scope="session")
async def web(engine: AsyncEngine, app: FastAPI, settings: AggregationSettings) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of a signed-in leader."""
    async with reader(app, settings, "leader") as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def ops_client(
    engine: AsyncEngine, app: FastAPI, settings: AggregationSettings
) -> AsyncIterator[httpx.AsyncClient]:
    async with reader(app, settings, "ops") as client:
        yield client


@pytest.fixture
async def audit_log(
    database: Callable[..., str], migrated: Callable[[str], str], issuer: Issuer
) -> AsyncIterator[AuditLog]:
    url = database("audit", template=migrated("audit"))
    settings = AuditSettings(environment="test", database_url=url, jwks_file=issuer.jwks_file)
    engine, app = create_engine(settings), create_audit(settings)
    bearer = {"Authorization": f"Bearer {issuer.token('auditor', 'DAK_NONG')}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://audit", headers=bearer) as client:
        yield AuditLog(engine, client)
    await engine.dispose()
