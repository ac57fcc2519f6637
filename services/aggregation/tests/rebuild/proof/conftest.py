from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rules.plan import PlanIndex
from audit.app import create_app
from audit.settings import AuditSettings
from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.rebuild.driver import apply
from services.aggregation.tests.rebuild.proof.audit_log import AuditLog, chained
from shared.catalogue import Catalogue
from shared.database.engine import create_engine
from tiendo_local.issuer import Issuer


@pytest.fixture
async def audit_log(
    database: Callable[..., str], migrated: Callable[[str], str], issuer: Issuer
) -> AsyncIterator[AuditLog]:
    url = database("audit", template=migrated("audit"))
    settings = AuditSettings(environment="test", database_url=url, jwks_file=issuer.jwks_file)
    engine, app = create_engine(settings), create_app(settings)
    bearer = {"Authorization": f"Bearer {issuer.token('auditor', 'DAK_NONG')}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://audit", headers=bearer) as client:
        yield AuditLog(engine, client)
    await engine.dispose()


@pytest.fixture
async def sent(applied: list[bytes], audit_log: AuditLog) -> list[bytes]:
    """The same in the log, unsigned."""
    await audit_log.keep(applied)
    return applied


@pytest.fixture
async def applied(engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue) -> list[bytes]:
    """Two units and their reports, as live has applied them."""
    writer = EventWriter(catalogue)
    obligations = [writer.open("B01-XA", unit, "2026") for unit in ("24736@2025-07-01", "24615@2025-07-01")]
    events = [opened for _, opened in obligations]
    events += [writer.submit(obligation, commune_answer()) for obligation, _ in obligations for _ in range(3)]
    await apply(engine, plan, events, 100)
    return chained([event.to_bytes() for event in events])
