"""How a database span ends: a failure by its class and SQLSTATE, as OpenTelemetry's stable conventions want it.

The instrumentation of SQLAlchemy begins the span and says what is asked. It would end it with PostgreSQL's words alone.
"""

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import telemetry

SQLSTATE = "db.response.status_code"


def end_spans(engine: AsyncEngine) -> None:
    """Of an engine that is instrumented already: its listeners come first, and `handle_error` knows no other order."""
    event.listen(engine.sync_engine, "before_cursor_execute", _take)
    event.listen(engine.sync_engine, "after_cursor_execute", _end)
    event.listen(engine.sync_engine, "handle_error", _fail)


def _take(_c: object, _u: object, _s: str, _p: object, context: Any, _m: bool) -> None:
    context._tiendo_span, context._otel_span = getattr(context, "_otel_span", None), None


def _end(_c: object, _u: object, _s: str, _p: object, context: Any, _m: bool) -> None:
    if context._tiendo_span is not None:
        context._tiendo_span.end()


def _fail(failure: ExceptionContext) -> None:
    span = getattr(failure.execution_context, "_tiendo_span", None)
    if span is None:
        return
    error = failure.original_exception
    telemetry.fail(span, error)
    if state := getattr(error, "sqlstate", None):
        span.set_attribute(SQLSTATE, str(state))
    span.end()
