"""A mail soon after the opening hangs in the opening's trace; one that comes weeks later links to it."""

from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.notifications.tests.service import MakeEvents, Parts
from shared import telemetry
from tiendo_local.servers.mail.smtp_sink import SmtpSink

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider(active_span_processor=telemetry.PROCESSORS)
        trace.set_tracer_provider(provider)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield exporter
    exporter.shutdown()


def named(spans: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in spans.get_finished_spans() if span.name == name]


def trace_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return format(span.context.trace_id, "032x")


async def test_the_mail_stands_in_the_trace_of_the_opening(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink, spans: InMemorySpanExporter
) -> None:
    obligation = obligation_events()
    await service.consume(obligation.opened(), traceparent=TRACEPARENT)
    await service.ticker.tick()
    await service.sender(smtp_sink.port).send_some()
    [sending] = named(spans, "send reminder")
    assert trace_of(sending) == TRACE_ID
    assert sending.attributes is not None
    assert sending.attributes["tiendo.obligation_id"] == str(obligation.id)
    [row] = await service.rows("select id from reminder where state = 'sent'")
    assert sending.attributes["tiendo.reminder_id"] == str(row.id)
    events = await service.published()
    assert [(event.traceparent or "").split("-")[1] for event in events] == [TRACE_ID, TRACE_ID]
    assert not [s for s in spans.get_finished_spans() if "daknong.example" in str(dict(s.attributes or {}).values())]


async def test_a_later_mail_has_a_trace_of_its_own_that_links_back(
    service: Parts, obligation_events: MakeEvents, smtp_sink: SmtpSink, spans: InMemorySpanExporter
) -> None:
    await service.consume(obligation_events().opened(), traceparent=TRACEPARENT)
    service.clock.forward(days=15)
    await service.ticker.tick()
    await service.sender(smtp_sink.port).send_some()
    [reminding], [sending] = named(spans, "remind"), named(spans, "send reminder")
    assert trace_of(reminding) == trace_of(sending) != TRACE_ID
    assert [format(link.context.trace_id, "032x") for link in reminding.links] == [TRACE_ID]
