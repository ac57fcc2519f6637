"""Transactional outbox, writing side: an event is a row in the same transaction as the change it tells of."""

from collections.abc import Sequence

import sqlalchemy as sa
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, get_current_span, set_span_in_context
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import telemetry
from shared.database.columns import columns
from shared.database.engine import SCHEMAS
from shared.database.write import Statement, Write, write
from shared.events import LOCAL_SCHEMAS, MAX_EVENT_BYTES, Event, check_registered, dataschema_of
from shared.messaging import event_span
from shared.messaging.relay.outbox_signal import mark_published

_INSERT = Statement(
    """
    insert into outbox (topic, key, event_id, value, traceparent)
    select topic, key, id, body, trace
    from unnest(:topics, :keys, :ids, :bodies, :traces) with ordinality as row (topic, key, id, body, trace, position)
    order by position
    """,
    {**dict.fromkeys(("topics", "keys", "ids", "traces"), ARRAY(sa.Text)), "bodies": ARRAY(BYTEA)},
)


class EventTooLarge(ValueError):
    """The event would not fit into a Kafka record; nothing was written."""


def _completed(event: Event, context: Context | None, schemas: str) -> Event:
    """Give the event a creation span of its own, the `traceparent` that every later step continues, and the address of
    its schema: all that stands in its bytes before the relay numbers them."""
    return event.model_copy(
        update={"dataschema": dataschema_of(event.type, schemas), "traceparent": _created(event, context)}
    )


def _created(event: Event, context: Context | None) -> str | None:
    """The `traceparent` of the creation span."""
    name = f"create {event.data.topic}"
    attributes = {
        **telemetry.messaging("create", event.data.topic),
        **telemetry.cloudevent(event),
        **_business_ids(event),
    }
    parent = get_current_span(context).get_span_context()
    if not parent.is_valid:  # nobody has begun a trace: the SDK decides whether one is kept
        span = telemetry.tracer().start_span(name, context, kind=SpanKind.PRODUCER, attributes=attributes)
        span.end()
        return telemetry.traceparent_of(set_span_in_context(span))
    created = event_span.begin(parent)
    created.end(name, SpanKind.PRODUCER, attributes)
    return created.traceparent


def _business_ids(event: Event) -> dict[str, str]:
    """What somebody at the telephone can name: the ids that `tiendo trace` looks for."""
    has = type(event.data).model_fields  # pydantic is slow to say that it has none
    told = {name: getattr(event.data, name) for name in telemetry.BUSINESS_IDS if name in has}
    return {f"tiendo.{name}": str(value) for name, value in told.items() if value is not None}


async def publish(tx: AsyncConnection, *events: Event, context: Context | None = None) -> None:
    """Write events, in order, in one statement. Call it last, after the aggregate's row was locked or changed.

    The engine says where the schemas of events are served (`create_engine`). `context` is what the creation span hangs
    under (the current span by default). Raises `EventTooLarge`, and
    `EventClassError` for data of a class that is not registered.
    """
    await publish_each(tx, [(event, context) for event in events])


async def publish_each(tx: AsyncConnection, events: Sequence[tuple[Event, Context | None]]) -> None:
    """As `publish`, each event under its own cause."""
    await write(tx, *_publishing(tx, events))


def publishing(tx: AsyncConnection, *events: Event) -> list[Write]:
    """What `publish` writes, to be sent in this transaction together with what the command writes."""
    return _publishing(tx, [(event, None) for event in events])


def _publishing(tx: AsyncConnection, events: Sequence[tuple[Event, Context | None]]) -> list[Write]:
    rows = []
    schemas = tx.engine.sync_engine.get_execution_options().get(SCHEMAS, LOCAL_SCHEMAS)
    for event, context in events:
        check_registered(event.data)
        complete = _completed(event, context, schemas)
        body = complete.to_bytes()
        if len(body) > MAX_EVENT_BYTES:
            raise EventTooLarge(f"{event.type} {event.id}: {len(body)} bytes, more than {MAX_EVENT_BYTES}")
        rows.append((event.data.topic, event.subject, event.id, body, complete.traceparent))
    if not rows:
        return []
    mark_published(tx)
    return [Write(_INSERT, columns(("topics", "keys", "ids", "bodies", "traces"), rows))]
