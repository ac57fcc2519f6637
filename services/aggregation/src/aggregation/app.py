"""The API process: JSON under /api/v1 and the pages of the place "Tiến độ". It holds no Kafka client."""

from fastapi import FastAPI

from aggregation.commands.aggregate import Aggregator
from aggregation.http import rebuilds, routes
from aggregation.http.context import AggregationContext
from aggregation.pages import dashboard_page, evidence_pages, indicator_page, rebuild_pages
from aggregation.pages.charts.drawer import Charts
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from aggregation.worker import effects_of
from shared.clock import Clock
from shared.disclosure import DisclosurePolicy
from shared.runtime import Runtime
from shared.web.app import create_service_app

ROUTERS = (
    routes.router,
    rebuilds.router,
    dashboard_page.router,
    indicator_page.router,
    evidence_pages.router,
    rebuild_pages.router,
)


def create_app(settings: AggregationSettings, clock: Clock | None = None) -> FastAPI:
    """Raises CatalogueError, MessageError."""
    runtime = Runtime(settings, clock=clock)
    charts = Charts()
    plan = PlanIndex(runtime.catalogue)
    app = create_service_app(
        runtime,
        ROUTERS,
        table="indicator_value",
        effects=effects_of(Aggregator(plan, runtime.clock)),
        closing=[charts.stop],
        title="Tiến Độ: tiến độ",
    )
    app.state.context = AggregationContext(
        runtime.engine, plan, runtime.clock, app.state.messages, DisclosurePolicy(runtime.catalogue)
    )
    app.state.charts = charts
    return app
