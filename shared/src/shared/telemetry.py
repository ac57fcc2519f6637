"""Tracing: one provider per process, spans to OTLP when an endpoint is set and to JSON lines when a folder is set.

Span names and attribute names live here: the stable ones of OpenTelemetry for HTTP and databases, and those for
messaging and CloudEvents (1.44, still "Development").
"""

import os
import re
from collections.abc import Iterable, Sequence
from itertools import islice

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SynchronousMultiSpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult, TraceIdRatioBased
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags, Tracer, TraceState
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import Attributes

from shared.events import Envelope, Event
from shared.settings import ServiceSettings
from shared.span_processors.slow_traces import slow_traces
from shared.span_processors.span_lines import SpanLines

SUBMISSION_ID = "tiendo.submission_id"
OBLIGATION_ID = "tiendo.obligation_id"
REMINDER_ID = "tiendo.reminder_id"
UNIT = "tiendo.unit"
BUSINESS_IDS = ("submission_id", "obligation_id", "reminder_id", "inspection_id", "unit")

SYSTEM = "messaging.system"
ERROR_TYPE = "error.type"
DB_OPERATION = "db.operation.name"
OPERATION = "messaging.operation.name"
OPERATION_TYPE = "messaging.operation.type"
DESTINATION = "messaging.destination.name"
GROUP = "messaging.consumer.group.name"
BATCH_COUNT = "messaging.batch.message_count"
MESSAGE_ID = "messaging.message.id"
PARTITION = "messaging.destination.partition.id"
OFFSET = "messaging.kafka.offset"
KEY = "messaging.kafka.message.key"
EVENT_ID = "cloudevents.event_id"
EVENT_SOURCE = "cloudevents.event_source"
EVENT_TYPE = "cloudevents.event_type"
EVENT_SUBJECT = "cloudevents.event_subject"

SCOPE = "tiendo"
MAX_LINKS = 128


class _Sampler(Sampler):
    """Follows the caller's decision. Of traces that begin here, keeps a share, and none that only calls somebody (a
    polling relay's statements).

    The SDK's `ParentBased` asks four samplers of its own for the same, which cost as much again as the span."""

    def __init__(self, ratio: float) -> None:
        self._roots = TraceIdRatioBased(ratio)

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        parent = trace.get_current_span(parent_context).get_span_context()
        if parent.is_valid and parent.trace_flags.sampled:
            return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes, parent.trace_state)
        if parent.is_valid or kind is SpanKind.CLIENT:
            return SamplingResult(Decision.DROP, trace_state=parent.trace_state)
        return self._roots.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        return "TienDo"


def sampler(ratio: float = 1.0) -> Sampler:
    return _Sampler(ratio)


_propagator = TraceContextTextMapPropagator()


# The form of this version; what another writes goes to the propagator, which takes twice as long.
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")

# A proxy until the provider is installed; asking for a tracer each time cost as much as a span.
_tracer = trace.get_tracer(SCOPE)

PROCESSORS = SynchronousMultiSpanProcessor()
"""Those of this process's provider: what is told without a span of the SDK's goes to them, too."""


def tracer() -> Tracer:
    return _tracer


def choose_stable_names() -> None:
    """Before the first instrumentation: by default that of HTTP clients still writes the old names."""
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http")


def messaging(operation: str, topic: str | None, *, type_: str | None = None) -> dict[str, str]:
    """What every span of messaging says; no topic for what is about several. `type_`: of the operation, where it has a
    name of its own."""
    attributes = {SYSTEM: "kafka", OPERATION: operation, OPERATION_TYPE: type_ or operation}
    return attributes if topic is None else {**attributes, DESTINATION: topic}


def cloudevent(event: Event | Envelope) -> dict[str, str]:
    """Of a span that is about one event. Its key in Kafka is its subject."""
    return {
        MESSAGE_ID: event.id,
        KEY: event.subject,
        EVENT_ID: event.id,
        EVENT_SOURCE: event.source,
        EVENT_TYPE: event.type,
        EVENT_SUBJECT: event.subject,
    }


def fail(span: Span, error: BaseException) -> None:
    """By the class of the error alone: its words may quote what somebody typed."""
    span.set_attribute(ERROR_TYPE, type(error).__name__)
    span.set_status(Status(StatusCode.ERROR, type(error).__name__))


def configure_tracing(settings: ServiceSettings) -> None:
    """Install the process's tracer provider. Losing spans never fails a request."""
    if isinstance(trace.get_tracer_provider(), TracerProvider):
        return  # tests start several services in one process; the first one's provider serves them all
    provider = TracerProvider(
        sampler=sampler(settings.trace_ratio),
        resource=Resource.create({"service.name": settings.service, "service.version": settings.build}),
        active_span_processor=PROCESSORS,
    )
    if settings.spans_dir:
        provider.add_span_processor(SpanLines(settings.spans_dir, settings.service))
    if settings.otlp_endpoint:
        # Imported only where it is wanted: it costs a third of a second at each start.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        endpoint = settings.otlp_endpoint.rstrip("/") + "/v1/traces"
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint), schedule_delay_millis=1000))
    provider.add_span_processor(slow_traces())
    trace.set_tracer_provider(provider)
    choose_stable_names()
    HTTPXClientInstrumentor().instrument()


def resource() -> Resource | None:
    """What this process says of itself in its spans; None before `configure_tracing`."""
    provider = trace.get_tracer_provider()
    return provider.resource if isinstance(provider, TracerProvider) else None


def flush_tracing() -> None:
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        provider.force_flush(2000)


def traceparent_of(context: Context | None = None) -> str | None:
    """The W3C `traceparent` of a context (the current one by default), None outside any trace."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier, context)
    return carrier.get("traceparent")


def context_of(traceparent: str | None) -> Context:
    """The context that a stored `traceparent` stands for; an empty one when there is none or it is malformed."""
    return _propagator.extract({"traceparent": traceparent} if traceparent else {}, Context())


def span_context_of(traceparent: str | None) -> SpanContext:
    """An invalid one when there is none or it is malformed."""
    if traceparent and (parts := _TRACEPARENT.fullmatch(traceparent)):
        trace_id, span_id, flags = parts.groups()
        context = SpanContext(int(trace_id, 16), int(span_id, 16), True, TraceFlags(int(flags, 16)))
        return context if context.is_valid else trace.INVALID_SPAN_CONTEXT
    return trace.get_current_span(context_of(traceparent)).get_span_context()


def trace_id_in(traceparent: str | None) -> str | None:
    """32 hex digits; None for what is no `traceparent`."""
    return _hex(span_context_of(traceparent))


def links_to(contexts: Iterable[SpanContext]) -> list[Link]:
    """Links to the first `MAX_LINKS` valid contexts, each once."""
    valid = {(context.trace_id, context.span_id): context for context in contexts if context.is_valid}
    return [Link(context) for context in islice(valid.values(), MAX_LINKS)]


def current_trace_id() -> str | None:
    return trace_id_of(trace.get_current_span())


def trace_id_of(span: Span) -> str | None:
    return _hex(span.get_span_context())


def _hex(context: SpanContext) -> str | None:
    return format(context.trace_id, "032x") if context.is_valid else None
