"""The API process: JSON under /api/v1 and the pages of the place "Thời hạn". It consumes nothing and sends nothing."""

from fastapi import FastAPI

from notifications.channels.registry import create_channels, packages
from notifications.commands.change_contact import ContactEditor
from notifications.commands.plan import planner_of
from notifications.http import contacts as contact_routes
from notifications.http import routes
from notifications.http.context import NotificationsContext
from notifications.pages import contacts, deadlines, reminder
from notifications.settings import NotificationsSettings
from notifications.worker import effects_of
from shared.clock import Clock
from shared.runtime import Runtime
from shared.web.app import create_service_app

ROUTERS = (routes.router, contact_routes.router, deadlines.router, reminder.router, contacts.router)


def create_app(settings: NotificationsSettings, clock: Clock | None = None) -> FastAPI:
    """Raises CatalogueError, MessageError, and StartError for a channel that cannot be made."""
    runtime = Runtime(settings, clock=clock)
    channels = create_channels(settings, runtime.catalogue)
    planner = planner_of(settings, runtime.catalogue, channels, runtime.clock)
    app = create_service_app(
        runtime,
        ROUTERS,
        table="reminder",
        effects=effects_of(planner),
        texts=packages(),
        title="Tiến Độ: thời hạn",
    )
    app.state.context = NotificationsContext(
        engine=runtime.engine,
        clock=runtime.clock,
        catalogue=runtime.catalogue,
        holidays=runtime.holidays,
        channels=channels,
        contacts=ContactEditor(runtime.engine, runtime.clock, runtime.catalogue, channels, planner),
    )
    return app
