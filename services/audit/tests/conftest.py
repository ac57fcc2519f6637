"""The service on a migrated database of its own, one per test."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from audit.app import create_app
from audit.settings import AuditSettings
from services.audit.tests.audit_driver import Audit
from services.audit.tests.source_driver import SourceDriver
from shared.database.engine import create_engine
from tiendo_local.issuer import Issuer

NOBODY = "http://127.0.0.1:1"
"""Where neither another service nor a broker answers."""


@pytest.fixture
async def audit(database: Any, migrated: Callable[[str], str], issuer: Issuer) -> AsyncIterator[Audit]:
    offset = (datetime(2026, 12, 16, 2, tzinfo=UTC) - datetime.now(UTC)) / timedelta(seconds=1)
    settings = AuditSettings(
        environment="test",
        database_url=database("audit", template=migrated("audit")),
        jwks_file=issuer.jwks_file,
        local_issuer_key_file=issuer.key_file,
        clock_offset_seconds=offset,
        submissions_api_url=NOBODY,
        aggregation_api_url=NOBODY,
        notifications_api_url=NOBODY,
        kafka_bootstrap_servers=NOBODY.removeprefix("http://"),
    )
    app = create_app(settings)
    engine = create_engine(settings)
    transport = httpx.ASGITransport(app=app)
    client = httpx.AsyncClient(transport=transport, base_url="http://audit.test")
    async with client, app.router.lifespan_context(app):
        yield Audit(settings, engine, app, client, issuer)
    await engine.dispose()


@pytest.fixture
def sources(audit: Audit) -> SourceDriver:
    """The same service with a clock that stands still."""
    return SourceDriver(audit)
