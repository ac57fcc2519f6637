"""The spans of a batch: one for each event in its own trace, and one for the batch, which links to them all."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka import ConsumerRecord
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, get_current_span, set_span_in_context, use_span

from shared import telemetry
from shared.events import Event
from shared.messaging.consumer.received import Received


@contextmanager
def traced(service: str, events: list[tuple[ConsumerRecord, Event]]) -> Iterator[list[Received]]:
    """A span per sampled event in the event's own trace; the batch's span links to all of them."""
    received, spans = _started(service, events)
    alone = spans[0] if len(events) == 1 and spans else None
    batch = alone or telemetry.tracer().start_span(
        f"process batch {service}",
        context=Context(),
        kind=SpanKind.CONSUMER,
        links=telemetry.links_to([event.traceparent for _, event in events]),
        attributes={**_batch_attributes(service, events), telemetry.BATCH_COUNT: len(events)},
    )
    try:
        with use_span(batch, end_on_exit=False, record_exception=False, set_status_on_exception=False):
            yield received
    except BaseException as error:
        for span in {id(s): s for s in [*spans, batch]}.values():
            telemetry.fail(span, error)
        raise
    finally:
        for span in {id(s): s for s in [*spans, batch]}.values():
            span.end()


def _started(service: str, events: list[tuple[ConsumerRecord, Event]]) -> tuple[list[Received], list[Span]]:
    """The events with the context of their processing, and the spans begun for those that are sampled."""
    received: list[Received] = []
    spans: list[Span] = []
    for record, event in events:
        context = telemetry.context_of(event.traceparent)
        if get_current_span(context).get_span_context().trace_flags.sampled:
            span = telemetry.tracer().start_span(
                f"process {record.topic}",
                context=context,
                kind=SpanKind.CONSUMER,
                attributes={
                    **telemetry.messaging("process", record.topic),
                    **telemetry.cloudevent(event),
                    telemetry.GROUP: service,
                    telemetry.PARTITION: str(record.partition),
                    telemetry.OFFSET: record.offset,
                },
            )
            spans.append(span)
            context = set_span_in_context(span, context)
        received.append(Received(event, record, context))
    return received, spans


def _batch_attributes(service: str, events: list[tuple[ConsumerRecord, Event]]) -> dict[str, str]:
    """Topic and partition only where all events are of one."""
    topics = {record.topic for record, _ in events}
    partitions = {(record.topic, record.partition) for record, _ in events}
    attributes = telemetry.messaging("process", topics.pop() if len(topics) == 1 else None)
    if len(partitions) == 1:
        attributes[telemetry.PARTITION] = str(partitions.pop()[1])
    return {**attributes, telemetry.GROUP: service}
