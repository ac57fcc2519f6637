"""A migrated database per test, the service's parts on it, and its API."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from notifications.app import create_app
from notifications.commands.seed_contacts import seed_contacts
from notifications.settings import NotificationsSettings
from services.notifications.tests.service import (
    OTHER,
    START,
    ApiClients,
    MakeEvents,
    ObligationEvents,
    Parts,
    StandingClock,
    TwoEvents,
    due,
)
from shared.catalogue import Catalogue
from shared.database.engine import create_engine
from tiendo_local.issuer import Issuer
from tiendo_local.servers.mail.smtp_sink import SmtpSink


@pytest.fixture
def settings(migrated: Callable[[str], str], database: Any) -> NotificationsSettings:
    return NotificationsSettings(
        database_url=database("notifications", template=migrated("notifications")),
        environment="test",
        settle_seconds=0,
        smtp_timeout_seconds=3,
        smtp_url="smtp://127.0.0.1:1",
    )


@pytest.fixture
async def engine(settings: NotificationsSettings) -> AsyncIterator[AsyncEngine]:
    made = create_engine(settings)
    yield made
    await made.dispose()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(START)


@pytest.fixture
async def service(
    engine: AsyncEngine, settings: NotificationsSettings, clock: StandingClock, catalogue: Catalogue
) -> Parts:
    made = Parts(engine, settings, clock, catalogue)
    await seed_contacts(engine, catalogue, made.channels, clock)
    return made


@pytest.fixture
def obligation_events() -> type[ObligationEvents]:
    return ObligationEvents


@pytest.fixture
async def api(service: Parts, issuer: Issuer) -> AsyncIterator[ApiClients]:
    settings = service.settings.model_copy(
        update={"jwks_file": issuer.jwks_file, "mailbox_url": "http://127.0.0.1:8025"}
    )
    app = create_app(settings, service.clock)
    async with app.router.lifespan_context(app):
        yield ApiClients(app, issuer)


@pytest.fixture
async def sent(service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink) -> TwoEvents:
    """Two units, one T-30 mail each."""
    obligations = obligation_events(), obligation_events(unit=OTHER, form="B10-YTE")
    await due(service, *obligations)
    await service.sender(smtp_sink.port).send_some()
    return obligations
