"""Records and events as a consumer has them in hand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, NamedTuple

from aiokafka import ConsumerRecord
from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN_CONTEXT, NonRecordingSpan, SpanContext, set_span_in_context

from shared.events import Envelope, Event, InvalidEvent, parse
from shared.messaging.signing.signature_verifier import SignatureVerifier, event_of
from shared.messaging.signing.stranger import Stranger
from shared.messaging.signing.trusted_keys import TrustedKey

Poison = tuple[ConsumerRecord, str | None, str]
"""A record that cannot be applied, the id of its event where it can be read, and why."""
GistOf = Callable[[Event], Any]
"""What the effects of a worker need of an event, taken from the event alone; None where they need the event."""


class DecodedEvent(NamedTuple):
    """`envelope`: the event itself where there is no `gist`, else what is left of it: of many in hand, that is half."""

    record: ConsumerRecord
    envelope: Event | Envelope
    gist: Any = None


@dataclass(slots=True)
class Decoded:
    """Records with the events that they are, those that are none, and those that are not of our services.

    Without `verifier` every record is taken for one of theirs.
    """

    gist_of: GistOf | None = None
    verifier: SignatureVerifier | None = None
    readable: list[DecodedEvent] = field(default_factory=list)
    poison: list[Poison] = field(default_factory=list)
    strangers: list[Poison] = field(default_factory=list)

    def add(self, records: Sequence[ConsumerRecord]) -> None:
        # All signatures first: in turns with parsing what is signed, both take a fifth longer.
        signers = [self.verifier.signer(record) for record in records] if self.verifier else repeat(None)
        for record, signer in zip(records, signers, strict=False):
            try:
                event = _read(record, signer)
            except Stranger as error:
                self.strangers.append((record, None, str(error)))
            except InvalidEvent as error:
                self.poison.append((record, None, str(error)))
            else:
                self.readable.append(self._decoded(record, event))

    def _decoded(self, record: ConsumerRecord, event: Event) -> DecodedEvent:
        if self.gist_of is None:
            return DecodedEvent(record, event)
        try:
            gist = self.gist_of(event)
        except Exception:  # its effect says what is wrong, where the rest of the batch can be told from it
            gist = None
        return DecodedEvent(record, event if gist is None else event.envelope, gist)


def _read(record: ConsumerRecord, signer: TrustedKey | Stranger | None) -> Event:
    """Raises `Stranger`, `InvalidEvent`."""
    if isinstance(signer, Stranger):
        raise signer
    return parse(record.value) if signer is None else event_of(record, signer)


class Received(NamedTuple):
    """An event as it came: its exact bytes, where they stood, and the span of its processing.

    `gist`: what was taken of it (`GistOf`); `envelope` is the event itself where that is None.
    """

    envelope: Event | Envelope
    record: ConsumerRecord
    span: SpanContext = INVALID_SPAN_CONTEXT
    gist: Any = None

    @property
    def event(self) -> Event:
        """The whole event. Raises TypeError where its gist was taken: the rest is gone."""
        if not isinstance(self.envelope, Event):
            raise TypeError(f"of the event {self.envelope.id} there is only the gist")
        return self.envelope

    @property
    def value(self) -> bytes:
        return bytes(self.record.value or b"")

    @property
    def context(self) -> Context:
        """For what follows from the event, to hang under its processing."""
        return set_span_in_context(NonRecordingSpan(self.span), Context()) if self.span.is_valid else Context()
