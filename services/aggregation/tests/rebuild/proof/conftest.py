import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rules.plan import PlanIndex
from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.rebuild.driver import apply
from services.aggregation.tests.rebuild.proof.audit_log import AuditLog, chained
from shared.catalogue import Catalogue


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
