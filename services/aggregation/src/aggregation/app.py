"""The API process: JSON under /api/v1 and the pages of the place "Tiến độ". It holds no Kafka client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import sqlalchemy as sa
from fastapi import FastAPI

from aggregation.commands.aggregate import Aggregator
from aggregation.http import rebuilds, routes
from aggregation.http.query import Desk
from aggregation.pages import indicators, rebuild_pages
from aggregation.pages.charts import Charts
from aggregation.rules.plan import Plan
from aggregation.settings import Settings
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
    charts = Charts()
    catalogue = load(settings.catalogue_path)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await charts.stop()
        await engine.dispose()

    app = create_base_app(
        settings,
        place="aggregation",
        templates_package="aggregation.pages",
        messages_package="aggregation",
        catalogue=catalogue,
        lifespan=lifespan,
        title="Tiến Độ: tiến độ",
    )
    clock = clock or Clock(timedelta(seconds=settings.clock_offset_seconds))
    plan = Plan(catalogue)
    app.state.desk = Desk(engine, plan, clock, charts)
    effect = Aggregator(plan, clock).apply

    async def database() -> CheckResult:
        async with engine.connect() as tx:
            await tx.execute(sa.text("select 1 from indicator_value limit 1"))
        return CheckResult(True)

    app.state.health.ready("database", database)
    for module in (routes, rebuilds, indicators, rebuild_pages):
        app.include_router(module.router)
    mount.mount(app, DeadLetters(engine, settings.service, effect, clock, catalogue.version))
    return app
