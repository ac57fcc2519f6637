"""The span of an event is told as the SDK would tell it, to whoever hears of the SDK's."""

import json
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, get_current_span, set_span_in_context

from shared import telemetry
from shared.messaging import event_span

KEPT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
NOT_KEPT = KEPT[:-2] + "00"
ATTRIBUTES: dict[str, str | int] = {"messaging.system": "kafka", "messaging.kafka.offset": 7}


def told(exporter: InMemorySpanExporter) -> list[ReadableSpan]:
    return [span for span in exporter.get_finished_spans() if span.name == "process t"]


def without_identity(span: ReadableSpan) -> dict[str, Any]:
    line = json.loads(span.to_json())
    del line["context"]["span_id"], line["start_time"], line["end_time"]
    return dict(line)


@pytest.mark.parametrize("error", [None, ValueError("Nguyễn Thị A")])
def test_it_is_told_as_a_span_of_the_sdk(exporter: InMemorySpanExporter, error: Exception | None) -> None:
    span = telemetry.tracer().start_span(
        "process t", telemetry.context_of(KEPT), kind=SpanKind.CONSUMER, attributes=ATTRIBUTES
    )
    if error:
        telemetry.fail(span, error)
    span.end()
    event_span.begin(telemetry.span_context_of(KEPT)).end("process t", SpanKind.CONSUMER, ATTRIBUTES, error)
    theirs, ours = told(exporter)
    assert without_identity(ours) == without_identity(theirs)
    assert ours.instrumentation_scope == theirs.instrumentation_scope
    assert ours.start_time and ours.end_time and ours.start_time <= ours.end_time
    assert "Nguyễn" not in ours.to_json()
    (resource,) = encode_spans([ours, theirs]).resource_spans  # what a collector gets: one resource, one scope
    (scope,) = resource.scope_spans
    first, second = scope.spans
    for name in ("trace_id", "parent_span_id", "flags", "kind", "attributes", "status"):
        assert getattr(first, name) == getattr(second, name), name


def test_what_hangs_under_it_is_of_its_trace(exporter: InMemorySpanExporter) -> None:
    span = event_span.begin(telemetry.span_context_of(KEPT))
    under = set_span_in_context(NonRecordingSpan(span.context))
    telemetry.tracer().start_span("process t", under).end()
    (child,) = told(exporter)
    assert child.parent == span.context
    assert telemetry.span_context_of(span.traceparent)[:2] == span.context[:2]


@pytest.mark.parametrize("traceparent", [NOT_KEPT, None, "nonsense"])
def test_a_trace_that_is_not_kept_gets_no_span(exporter: InMemorySpanExporter, traceparent: str | None) -> None:
    parent: SpanContext = telemetry.span_context_of(traceparent)
    span = event_span.begin(parent)
    span.end("process t", SpanKind.CONSUMER, ATTRIBUTES)
    assert not span.is_kept
    assert span.context == parent
    assert not told(exporter)


@pytest.mark.parametrize(
    "traceparent",
    [KEPT, NOT_KEPT, f"01{KEPT[2:]}-more", f"00-{'0' * 32}{KEPT[35:]}", KEPT.replace("4", "X"), "", None],
)
def test_a_traceparent_is_read_as_the_propagator_reads_it(traceparent: str | None) -> None:
    theirs = get_current_span(telemetry.context_of(traceparent)).get_span_context()
    assert telemetry.span_context_of(traceparent) == theirs
