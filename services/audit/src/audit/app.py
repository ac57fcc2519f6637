"""The API process: JSON under /api/v1 and the pages of the place "Nhật ký". It holds no Kafka client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI
from sqlalchemy import text

from audit.http import batch, events, inspections, sources
from audit.http.context import Context
from audit.pages import inspection_pages, log, source_pages
from audit.rules.vocabulary import vocabulary
from audit.settings import Settings
from audit.worker import log_events
from shared.catalogue import load
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.messaging.dead_letter import DeadLetters
from shared.web.app import create_base_app
from shared.web.dead_letters import mount
from shared.web.health import CheckResult


def create_app(settings: Settings) -> FastAPI:
    engine = create_engine(settings)
    catalogue = load(settings.catalogue_path)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = create_base_app(
        settings,
        place="audit",
        templates_package="audit.pages",
        messages_package="audit",
        catalogue=catalogue,
        lifespan=lifespan,
        title="Tiến Độ: nhật ký",
    )
    clock = Clock(timedelta(seconds=settings.clock_offset_seconds))
    app.state.audit = Context(engine, clock, catalogue, vocabulary(catalogue), settings.silent_after)

    async def database() -> CheckResult:
        async with engine.connect() as tx:
            await tx.execute(text("select 1 from log_head"))
        return CheckResult(True)

    app.state.health.ready("database", database)
    for module in (batch, events, inspections, sources, log, inspection_pages, source_pages):
        app.include_router(module.router)
    mount.mount(
        app, DeadLetters(engine, settings.service, log_events(clock, settings.gap_grace), clock, catalogue.version)
    )
    return app
