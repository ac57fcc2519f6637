"""The API process: JSON under /api/v1 and the pages of the place "Thời hạn". It holds no Kafka and no mail client."""

from fastapi import FastAPI

from notifications.commands.plan import planner_of
from notifications.http import routes
from notifications.http.context import NotificationsContext
from notifications.pages import deadlines
from notifications.settings import NotificationsSettings
from notifications.worker import effects_of
from shared.clock import Clock
from shared.runtime import Runtime
from shared.web.app import create_service_app

ROUTERS = (routes.router, deadlines.router)


def create_app(settings: NotificationsSettings, clock: Clock | None = None) -> FastAPI:
    """Raises CatalogueError, MessageError."""
    runtime = Runtime(settings, clock=clock)
    app = create_service_app(
        runtime,
        ROUTERS,
        table="reminder",
        effects=effects_of(planner_of(settings, runtime.catalogue, runtime.clock)),
        title="Tiến Độ: thời hạn",
    )
    app.state.context = NotificationsContext(runtime.engine, runtime.clock, runtime.catalogue, runtime.holidays)
    return app
