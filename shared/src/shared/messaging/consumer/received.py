"""An event as a consumer has it in hand."""

from dataclasses import dataclass

from aiokafka import ConsumerRecord
from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN_CONTEXT, NonRecordingSpan, SpanContext, set_span_in_context

from shared.events import Event


@dataclass(frozen=True, slots=True)
class Received:
    """An event as it came: its exact bytes, where they stood, and the span of its processing."""

    event: Event
    record: ConsumerRecord
    span: SpanContext = INVALID_SPAN_CONTEXT

    @property
    def value(self) -> bytes:
        return bytes(self.record.value or b"")

    @property
    def context(self) -> Context:
        """For what follows from the event, to hang under its processing."""
        return set_span_in_context(NonRecordingSpan(self.span), Context()) if self.span.is_valid else Context()
