"""Spans of reminders. A step soon after its cause stays in that trace; one that comes weeks later begins a trace of its
own that links to it, since tracing backends drop traces that stay open for months."""

from datetime import datetime, timedelta

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind

from notifications.rules.reminder import Reminder
from shared import telemetry

SAME_TRACE = timedelta(minutes=15)


def start(
    name: str,
    traceparent: str | None,
    traced_at: datetime,
    now: datetime,
    reminder: Reminder,
    kind: SpanKind = SpanKind.INTERNAL,
) -> Span:
    """A span with the ids of the reminder and its obligation, never with an address."""
    near = now - traced_at <= SAME_TRACE
    return telemetry.tracer().start_span(
        name,
        context=telemetry.context_of(traceparent) if near else Context(),
        kind=kind,
        links=None if near else telemetry.links_to([traceparent]),
        attributes={
            telemetry.REMINDER_ID: str(reminder.id),
            telemetry.OBLIGATION_ID: str(reminder.obligation_id),
            "tiendo.stage": reminder.stage,
        },
    )
