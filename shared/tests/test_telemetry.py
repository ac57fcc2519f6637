"""Every engine of a process is traced, the second one too (API and worker share a process under `serve`)."""

from collections.abc import Callable
from contextlib import suppress

import sqlalchemy as sa
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from sqlalchemy.exc import DBAPIError

from shared import telemetry
from shared.database import driver
from shared.database.engine import create_engine

from .messaging.conftest import ProbeSettings


async def test_statements_of_every_engine_are_traced(
    database: Callable[[str], str], exporter: InMemorySpanExporter
) -> None:
    settings = ProbeSettings(database_url=database("traced"), environment="test")
    for number in (1, 2):
        engine = create_engine(settings)
        with telemetry.tracer().start_as_current_span(f"request {number}") as span:
            async with engine.connect() as connection:
                await connection.execute(sa.text(f"select {number}"))
        await engine.dispose()
        own = [
            s
            for s in exporter.get_finished_spans()
            if s.context and s.context.trace_id == span.get_span_context().trace_id
        ]
        assert any(s.name.lower().startswith("select") for s in own), [s.name for s in own]


async def test_a_statement_of_the_driver_is_told_as_one_of_sqlalchemy(
    database: Callable[[str], str], exporter: InMemorySpanExporter
) -> None:
    engine = create_engine(ProbeSettings(database_url=database("traced"), environment="test"))
    exporter.clear()
    for text in ("select 7", "select 1/0"):
        statement = sa.text(text)
        with telemetry.tracer().start_as_current_span("request"), suppress(DBAPIError):
            async with engine.connect() as tx:
                await tx.execute(statement)
        with telemetry.tracer().start_as_current_span("request"), suppress(DBAPIError):
            async with driver.connection(engine) as tx:
                await driver.fetch(tx, statement, {})
    await engine.dispose()
    done, too, failed, failed_too = [
        (s.kind, s.name, dict(s.attributes or {}), s.status.status_code)
        for s in exporter.get_finished_spans()
        if s.name == "select"
    ]
    # SQLAlchemy knows fewer kinds of errors than the driver.
    assert (failed[2].pop("error.type"), failed_too[2].pop("error.type")) == ("Error", "DivisionByZeroError")
    assert done == too and failed == failed_too
    assert failed[2]["db.response.status_code"] == "22012"


def test_a_statement_of_no_request_is_not_a_trace() -> None:
    """The relay polls twenty times a second; each poll would be a trace of its own."""
    sampled = telemetry.sampler().should_sample
    assert not sampled(None, 1, "select", SpanKind.CLIENT).decision.is_sampled()
    assert sampled(None, 1, "process batch", SpanKind.CONSUMER).decision.is_sampled()
    inside = telemetry.context_of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    assert sampled(inside, 1, "select", SpanKind.CLIENT).decision.is_sampled()


def test_a_stored_traceparent_is_the_same_context_again() -> None:
    stored = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    assert telemetry.traceparent_of(telemetry.context_of(stored)) == stored
    assert telemetry.traceparent_of(telemetry.context_of("nonsense")) is None
    contexts = [telemetry.span_context_of(one) for one in (stored, stored, None, "nonsense")]
    assert len(telemetry.links_to(contexts)) == 1
