"""The API process: JSON under /api/v1 and the pages of the place "Thời hạn". It holds no Kafka and no mail client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import sqlalchemy as sa
from fastapi import FastAPI

from notifications.commands.plan import planner_of
from notifications.http import routes
from notifications.http.context import Desk
from notifications.pages import deadlines
from notifications.settings import Settings
from shared.catalogue import load
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.messaging.dead_letter import DeadLetters
from shared.web.app import create_base_app
from shared.web.dead_letters import mount
from shared.web.health import CheckResult


def create_app(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """Raises CatalogueError, MessageError."""
    engine = create_engine(settings)
    catalogue = load(settings.catalogue_path)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = create_base_app(
        settings,
        place="notifications",
        templates_package="notifications.pages",
        messages_package="notifications",
        catalogue=catalogue,
        lifespan=lifespan,
        title="Tiến Độ: thời hạn",
    )
    clock = clock or Clock(timedelta(seconds=settings.clock_offset_seconds))
    app.state.desk = Desk(engine, clock, catalogue, catalogue.calendar.holidays())
    effect = planner_of(settings, catalogue, clock).apply

    async def database() -> CheckResult:
        async with engine.connect() as tx:
            await tx.execute(sa.text("select 1 from reminder limit 1"))
        return CheckResult(True)

    app.state.health.ready("database", database)
    app.include_router(routes.router)
    app.include_router(deadlines.router)
    mount.mount(app, DeadLetters(engine, settings.service, effect, clock, catalogue.version))
    return app
