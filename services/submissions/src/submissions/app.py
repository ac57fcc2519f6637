"""The API process: JSON under /api/v1 and the pages of the place "Việc cần làm". It holds no Kafka client."""

from fastapi import FastAPI

from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.disclosure import DisclosurePolicy
from shared.runtime import Runtime
from shared.web.app import create_service_app
from submissions.commands.context import SubmissionsContext
from submissions.http import obligations, submissions
from submissions.pages import form_pages, receipt_pages
from submissions.pages import obligations as pages
from submissions.rules.form import rules_of
from submissions.settings import SubmissionsSettings

# The reports first, since most requests are one: a request is compared with one route after the other.
# `pages` before `form_pages`: "/obligations/opening" is no id.
ROUTERS = (
    obligations.reports,
    obligations.router,
    submissions.router,
    pages.router,
    form_pages.router,
    receipt_pages.router,
)


def create_app(
    settings: SubmissionsSettings, *, clock: Clock | None = None, catalogue: Catalogue | None = None
) -> FastAPI:
    """Raises CatalogueError, MessageError. A clock that stands and a loaded catalogue may be given by tests."""
    runtime = Runtime(settings, clock=clock, catalogue=catalogue)
    app = create_service_app(runtime, ROUTERS, table="obligation")
    app.state.context = SubmissionsContext(
        settings,
        runtime.engine,
        runtime.catalogue,
        rules_of(runtime.catalogue),
        runtime.clock,
        runtime.holidays,
        DisclosurePolicy(runtime.catalogue),
    )
    return app
