"""Spans of reminders. A step soon after its cause stays in that trace; one that comes weeks later begins a trace of its
own that links to it, since tracing backends drop traces that stay open for months."""

from datetime import datetime, timedelta

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind

from notifications.store.records import Claim, TracedReminder
from shared import telemetry

SAME_TRACE = timedelta(minutes=15)


def start(name: str, cause: TracedReminder | Claim, now: datetime, kind: SpanKind = SpanKind.INTERNAL) -> Span:
    """A span with the ids of the reminder and its obligation, never with an address."""
    near = now - cause.traced_at <= SAME_TRACE
    return telemetry.tracer().start_span(
        name,
        context=telemetry.context_of(cause.traceparent) if near else Context(),
        kind=kind,
        links=None if near else telemetry.links_to([telemetry.span_context_of(cause.traceparent)]),
        attributes={
            telemetry.REMINDER_ID: str(cause.reminder.id),
            telemetry.OBLIGATION_ID: str(cause.reminder.obligation_id),
            "tiendo.stage": cause.reminder.stage,
        },
    )
