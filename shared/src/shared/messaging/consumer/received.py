"""An event as a consumer has it in hand."""

from dataclasses import dataclass, field

from aiokafka import ConsumerRecord
from opentelemetry.context import Context

from shared.events import Event


@dataclass(frozen=True)
class Received:
    """An event as it came: its exact bytes, where they stood, and the trace context of its processing."""

    event: Event
    record: ConsumerRecord
    context: Context = field(default_factory=Context)

    @property
    def value(self) -> bytes:
        return bytes(self.record.value or b"")
