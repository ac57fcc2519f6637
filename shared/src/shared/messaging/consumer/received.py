"""Records and events as a consumer has them in hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from aiokafka import ConsumerRecord
from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN_CONTEXT, NonRecordingSpan, SpanContext, set_span_in_context

from shared.events import Event, InvalidEvent, parse

Poison = tuple[ConsumerRecord, str | None, str]
"""A record that cannot be applied, the id of its event where it can be read, and why."""


@dataclass(slots=True)
class Decoded:
    """Records with the events that they are, and those that are none."""

    readable: list[tuple[ConsumerRecord, Event]] = field(default_factory=list)
    poison: list[Poison] = field(default_factory=list)

    @classmethod
    def of(cls, records: Sequence[ConsumerRecord]) -> Self:
        decoded = cls()
        decoded.add(records)
        return decoded

    def add(self, records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            try:
                self.readable.append((record, parse(record.value)))
            except InvalidEvent as error:
                self.poison.append((record, None, str(error)))


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
