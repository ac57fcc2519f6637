"""The spans of a batch: one for each event in its own trace, and one for the batch, which links to them all."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanKind, use_span

from shared import telemetry
from shared.messaging import event_span
from shared.messaging.consumer.received import DecodedEvent, Received
from shared.messaging.event_span import EventSpan


@contextmanager
def traced(service: str, events: Sequence[DecodedEvent]) -> Iterator[list[Received]]:
    """A span per sampled event in the event's own trace; the batch's span links to all of them."""
    spans = [event_span.begin(telemetry.span_context_of(envelope.traceparent)) for _, envelope, _ in events]
    received = [
        Received(one.envelope, one.record, span.context, one.gist) for one, span in zip(events, spans, strict=True)
    ]
    failure: BaseException | None = None
    try:
        with _current(service, received, spans):
            yield received
    except BaseException as error:
        failure = error
        raise
    finally:
        for one, span in zip(received, spans, strict=True):
            if span.is_kept:
                span.end(f"process {one.record.topic}", SpanKind.CONSUMER, _attributes(service, one), failure)


@contextmanager
def _current(service: str, received: Sequence[Received], spans: Sequence[EventSpan]) -> Iterator[None]:
    """What hangs under the processing: under that of the one event, or of all of them together."""
    if len(spans) == 1 and spans[0].is_kept:
        with use_span(NonRecordingSpan(spans[0].context)):
            yield
        return
    batch = telemetry.tracer().start_span(
        f"process batch {service}",
        context=Context(),
        kind=SpanKind.CONSUMER,
        links=telemetry.links_to([span.parent for span in spans]),
        attributes={**_batch_attributes(service, received), telemetry.BATCH_COUNT: len(received)},
    )
    with use_span(batch, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield
        except BaseException as error:
            telemetry.fail(batch, error)
            raise


def _attributes(service: str, received: Received) -> dict[str, str | int]:
    record = received.record
    return {
        **telemetry.messaging("process", record.topic),
        **telemetry.cloudevent(received.envelope),
        telemetry.GROUP: service,
        telemetry.PARTITION: str(record.partition),
        telemetry.OFFSET: record.offset,
    }


def _batch_attributes(service: str, received: Sequence[Received]) -> dict[str, str]:
    """Topic and partition only where all events are of one."""
    topics = {one.record.topic for one in received}
    partitions = {(one.record.topic, one.record.partition) for one in received}
    attributes = telemetry.messaging("process", topics.pop() if len(topics) == 1 else None)
    if len(partitions) == 1:
        attributes[telemetry.PARTITION] = str(partitions.pop()[1])
    return {**attributes, telemetry.GROUP: service}
