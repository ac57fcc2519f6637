"""The submissions service as an application: composed here, answered in `http` and `pages`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.auth import TokenVerifier
from shared.catalogue import Catalogue, load
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.web.app import create_base_app
from shared.web.health import CheckResult
from submissions.commands.context import Desk
from submissions.http import routes
from submissions.pages import obligations
from submissions.rules.form import rules_of
from submissions.settings import Settings


def create_app(settings: Settings, *, clock: Clock | None = None, catalogue: Catalogue | None = None) -> FastAPI:
    """Raises CatalogueError, MessageError. A clock that stands and a loaded catalogue may be given by tests."""
    catalogue = catalogue or load(settings.catalogue_path)
    engine = create_engine(settings)
    clock = clock or Clock(timedelta(seconds=settings.clock_offset_seconds))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = create_base_app(
        settings,
        place="submissions",
        templates_package="submissions.pages",
        messages_package="submissions",
        catalogue=catalogue,
        lifespan=lifespan,
    )
    app.state.verifier = TokenVerifier(settings)
    app.state.desk = Desk(settings, engine, catalogue, rules_of(catalogue), clock, catalogue.calendar.holidays())
    app.state.health.ready("database", lambda: reachable(engine))
    app.include_router(routes.router)
    app.include_router(obligations.router)
    return app


async def reachable(engine: AsyncEngine) -> CheckResult:
    async with engine.connect() as connection:
        await connection.execute(sa.text("select 1"))
    return CheckResult(True)
