"""A client span per statement, in OpenTelemetry's stable names for databases; a failure by its class and SQLSTATE.

Not OpenTelemetry's own instrumentation of SQLAlchemy: it finds the same attributes anew for each statement, adds a span
for each taking of a connection, and would end a failure with PostgreSQL's words (docs/decisions/0026).
"""

import re
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

import sqlalchemy as sa
from opentelemetry.trace import Span, SpanKind
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import telemetry

SQLSTATE = "db.response.status_code"
VERB = re.compile(r"\b(select|insert|update|delete|set|lock|create|alter|drop|truncate|vacuum)\b", re.IGNORECASE)
"""Also of what begins with `with`: the first thing that it does."""
DISTINCT_STATEMENTS = 512
"""How many texts are remembered with their attributes; ours are some dozens a service."""


def trace_statements(engine: AsyncEngine) -> None:
    """Of every statement of the engine. Parameters are never told: they are what somebody typed."""
    told = lru_cache(DISTINCT_STATEMENTS)(partial(attributes_of, engine.url))

    def begin(_c: object, _u: object, statement: str, _p: object, context: Any, _m: bool) -> None:
        context.tiendo_span = start_span(told(statement))

    event.listen(engine.sync_engine, "before_cursor_execute", begin)
    event.listen(engine.sync_engine, "after_cursor_execute", _end)
    event.listen(engine.sync_engine, "handle_error", _fail)


def attributes_of(url: sa.URL, statement: str) -> dict[str, Any]:
    verb = VERB.search(statement)
    said = {
        "db.system.name": "postgresql",
        "db.namespace": url.database,
        telemetry.DB_OPERATION: verb[0].lower() if verb else "statement",
        "db.query.text": statement,
        "server.address": url.host,
        "server.port": url.port,
    }
    return {name: value for name, value in said.items() if value is not None}


def start_span(attributes: Mapping[str, Any]) -> Span:
    return telemetry.tracer().start_span(
        attributes[telemetry.DB_OPERATION], kind=SpanKind.CLIENT, attributes=attributes
    )


def end_failed(span: Span, error: BaseException) -> None:
    telemetry.fail(span, error)
    if state := getattr(error, "sqlstate", None):
        span.set_attribute(SQLSTATE, str(state))
    span.end()


def _end(_c: object, _u: object, _s: str, _p: object, context: Any, _m: bool) -> None:
    context.tiendo_span.end()


def _fail(failure: ExceptionContext) -> None:
    span = getattr(failure.execution_context, "tiendo_span", None)
    if span is not None:
        end_failed(span, failure.original_exception)
