"""The spans that leave a process, by the names of OpenTelemetry's conventions: what any backend looks for."""

from collections.abc import Mapping

import pytest
import sqlalchemy as sa
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from shared import telemetry
from shared.events import DEADLINES, PARTITIONS, Event
from shared.messaging import BatchConsumer, Relay, publish
from tiendo_local.servers import topics as kafka_topics
from tiendo_local.servers.broker import Broker

from ..conftest import ServiceProbe, a_record, an_event


async def published(probe: ServiceProbe, event: Event) -> int:
    """The trace that the event belongs to."""
    with telemetry.tracer().start_as_current_span("request") as request:
        async with probe.engine.begin() as tx:
            await publish(tx, event)
    return request.get_span_context().trace_id


async def sent(probe: ServiceProbe, broker: Broker, event: Event) -> ConsumerRecord:
    kafka_topics.create(broker.bootstrap, [DEADLINES], partitions=PARTITIONS)
    relay = Relay(probe.engine, probe.settings, catalogue_version="0" * 64)
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap)
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer, consumer:
        partitions = [TopicPartition(DEADLINES, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        await consumer.seek_to_end(*partitions)
        while await relay.step(producer):
            pass
        async for record in consumer:
            if event.id.encode() in record.value:
                return record
    raise AssertionError


def named(exporter: InMemorySpanExporter, trace_id: int, name: str) -> ReadableSpan:
    (found,) = [
        span
        for span in exporter.get_finished_spans()
        if span.name == name and span.context and span.context.trace_id == trace_id
    ]
    return found


def missing(span: ReadableSpan, expected: Mapping[str, object]) -> dict[str, object]:
    """What the span says otherwise than expected."""
    said = span.attributes or {}
    return {name: said.get(name) for name, value in expected.items() if said.get(name) != value}


async def test_an_event_is_told_from_its_creation_to_its_processing(
    probe: ServiceProbe, broker: Broker, exporter: InMemorySpanExporter
) -> None:
    event = an_event()
    trace_id = await published(probe, event)
    record = await sent(probe, broker, event)
    await BatchConsumer(probe.engine, "probe", probe.apply).consume([record])

    message = {
        "messaging.system": "kafka",
        "messaging.destination.name": DEADLINES,
        "messaging.message.id": event.id,
        "messaging.kafka.message.key": event.subject,
        "cloudevents.event_id": event.id,
    }
    whole = {
        "cloudevents.event_type": event.type,
        "cloudevents.event_source": event.source,
        "cloudevents.event_subject": event.subject,
    }
    place = {"messaging.destination.partition.id": str(record.partition), "messaging.kafka.offset": record.offset}
    expected = {
        "create": (SpanKind.PRODUCER, {**message, **whole}),
        "send": (SpanKind.CLIENT, {**message, **place}),
        "process": (SpanKind.CONSUMER, {**message, **whole, **place, "messaging.consumer.group.name": "probe"}),
    }
    for operation, (kind, attributes) in expected.items():
        span = named(exporter, trace_id, f"{operation} {DEADLINES}")
        named_so = {"messaging.operation.name": operation, "messaging.operation.type": operation}
        assert missing(span, {**attributes, **named_so}) == {}
        assert span.kind is kind and span.status.status_code is StatusCode.UNSET


async def test_a_batch_names_topic_and_partition_only_where_it_has_one(
    probe: ServiceProbe, exporter: InMemorySpanExporter
) -> None:
    bodies = [an_event().to_bytes() for _ in range(4)]
    await BatchConsumer(probe.engine, "alike", probe.apply).consume(
        [a_record(body, offset=n, partition=3) for n, body in enumerate(bodies[:2])]
    )
    await BatchConsumer(probe.engine, "mixed", probe.apply).consume(
        [a_record(body, offset=n, partition=n) for n, body in enumerate(bodies[2:])]
    )
    spans = {span.name: span.attributes or {} for span in exporter.get_finished_spans()}
    alike, mixed = spans["process batch alike"], spans["process batch mixed"]
    assert alike["messaging.destination.name"] == mixed["messaging.destination.name"] == DEADLINES
    assert alike["messaging.batch.message_count"] == 2
    assert alike["messaging.destination.partition.id"] == "3"
    assert "messaging.destination.partition.id" not in mixed


async def test_a_failure_is_told_by_its_class_and_never_by_its_words(
    probe: ServiceProbe, exporter: InMemorySpanExporter
) -> None:
    event = an_event()
    trace_id = await published(probe, event)

    async def down(*_: object) -> None:
        raise ConnectionResetError("somebody@example.vn")

    ((body,),) = await probe.rows("select value from outbox")
    with pytest.raises(ConnectionResetError):
        await BatchConsumer(probe.engine, "probe", down).consume([a_record(body, offset=1)])
    span = named(exporter, trace_id, f"process {DEADLINES}")
    assert missing(span, {"error.type": "ConnectionResetError"}) == {}
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "ConnectionResetError")
    assert not span.events


async def test_a_statement_is_told_by_the_stable_names(probe: ServiceProbe, exporter: InMemorySpanExporter) -> None:
    statement = "select  cast(:word as text) as word"
    with telemetry.tracer().start_as_current_span("request") as request:
        async with probe.engine.connect() as tx:
            await tx.execute(sa.text(statement), {"word": "somebody@example.vn"})
    database = probe.engine.url.database
    span = named(exporter, request.get_span_context().trace_id, "select")
    expected = {
        "db.system.name": "postgresql",
        "db.namespace": database,
        "db.operation.name": "select",
        "server.address": probe.engine.url.host,
        "server.port": probe.engine.url.port,
    }
    assert missing(span, expected) == {}
    said = dict(span.attributes or {})
    assert str(said["db.query.text"]).startswith("select  cast($1")
    assert "somebody" not in str(said)
    assert not {"db.system", "db.statement", "db.name", "db.user", "db.operation", "net.peer.name"} & set(said)


async def test_a_statement_that_fails_says_its_state_and_nothing_of_the_row(
    probe: ServiceProbe, exporter: InMemorySpanExporter
) -> None:
    insert, row = sa.text("insert into effect (event_id, stage) values (:id, 'x')"), {"id": "somebody@example.vn"}
    with telemetry.tracer().start_as_current_span("request") as request:
        async with probe.engine.connect() as tx:
            await tx.execute(insert, row)
            with pytest.raises(sa.exc.IntegrityError):
                await tx.execute(insert, row)
    trace_id = request.get_span_context().trace_id
    spans = [s for s in exporter.get_finished_spans() if s.context and s.context.trace_id == trace_id]
    done, failed = (span for span in spans if span.name == "insert")
    assert done.status.status_code is StatusCode.UNSET
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.status.description == "UniqueViolationError"
    expected = {"db.response.status_code": "23505", "error.type": "UniqueViolationError", "db.operation.name": "insert"}
    assert missing(failed, expected) == {}
    assert "somebody" not in str([[span.attributes, span.events, span.status.description] for span in spans])
