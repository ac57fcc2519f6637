"""The API process: JSON under /api/v1 and the pages of "Nhật ký". It has no Kafka client."""

from fastapi import FastAPI

from audit.http import batch, event_keys, event_schemas, events, inspections, sources
from audit.http.context import AuditContext
from audit.pages import inspection_pages, log, operations, source_pages
from audit.rules.sentence import check_sentences
from audit.rules.vocabulary import vocabulary
from audit.settings import AuditSettings
from audit.worker import contradicting, effects_of
from shared.disclosure import DisclosurePolicy
from shared.runtime import Runtime
from shared.web.app import create_service_app

ROUTERS = (
    batch.router,
    events.router,
    event_keys.router,
    event_schemas.router,
    inspections.router,
    sources.router,
    log.router,
    inspection_pages.router,
    source_pages.router,
    operations.router,
)


def create_app(settings: AuditSettings) -> FastAPI:
    """Raises CatalogueError, MessageError, and StartError for an event without a sentence."""
    check_sentences()
    runtime = Runtime(settings)
    app = create_service_app(
        runtime,
        ROUTERS,
        table="log_head",
        effects=effects_of(runtime.clock, settings),
        count_more=sources.count_troubled(runtime.clock, settings.silent_after),
        contradicting=contradicting,
        title="Tiến Độ: nhật ký",
    )
    app.state.context = AuditContext(
        runtime.engine,
        runtime.clock,
        runtime.catalogue,
        vocabulary(runtime.catalogue),
        settings.silent_after,
        DisclosurePolicy(runtime.catalogue),
    )
    return app
