"""The tables of messaging. Every service has them in its own database, made by its first migration."""

from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.database.rights import PASSING

DEAD_LETTER_STATES = "state in ('open', 'replayed', 'discarded') and (state = 'replayed') = (outcome is not null)"
SETBACK_SIDES = "side in ('consumer', 'relay', 'gone', 'published')"
# For tables whose rows come and go: vacuum by count, not by a share of a table that is empty or large.
VACUUM_BY_COUNT = {
    "autovacuum_vacuum_scale_factor": "0",
    "autovacuum_vacuum_threshold": "5000",
    "autovacuum_vacuum_cost_delay": "0",
}


@dataclass(frozen=True)
class MessagingTables:
    outbox: sa.Table
    relay_head: sa.Table
    inbox: sa.Table
    dead_letter: sa.Table
    consumed: sa.Table
    setback: sa.Table
    epoch: sa.Table


def messaging_tables(metadata: sa.MetaData) -> MessagingTables:
    """Declare the tables on a service's metadata."""
    now = sa.text("now()")
    outbox = sa.Table(
        "outbox",
        metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("traceparent", sa.Text),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=now),
        postgresql_with=VACUUM_BY_COUNT,  # rows live for milliseconds
        info=PASSING,
    )
    relay_head = sa.Table(
        "relay_head",
        metadata,
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        # Ids of the outbox rows that leave next, in this order: promised before any of them is sent.
        sa.Column("batch", ARRAY(sa.BigInteger), nullable=False, server_default="{}"),
    )
    inbox = sa.Table(
        "inbox",
        metadata,
        sa.Column("event_id", sa.Text, primary_key=True),
        sa.Column("received_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=now),
        sa.Index("inbox_received_at", "received_at", postgresql_using="brin"),
        postgresql_with=VACUUM_BY_COUNT,  # an hour's old claims go at once, out of two weeks of them
        info=PASSING,
    )
    dead_letter = sa.Table(
        "dead_letter",
        metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        # A broker that keeps nothing starts again at offset 0; its record's own time tells the two apart.
        sa.Column("timestamp_ms", sa.BigInteger, nullable=False),
        sa.Column("key", sa.LargeBinary),
        sa.Column("value", sa.LargeBinary),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("event_id", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=now),
        # What the bytes say of themselves, also where they could not be read as an event.
        sa.Column("type", sa.Text),
        sa.Column("source", sa.Text),
        sa.Column("state", sa.Text, nullable=False, server_default="open"),
        sa.Column("outcome", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("resolved_at", sa.TIMESTAMP(timezone=True)),
        sa.Column("resolved_by", sa.Text),
        sa.Column("note", sa.Text),
        sa.UniqueConstraint("topic", "partition", "offset", "timestamp_ms", name="dead_letter_record"),
        sa.CheckConstraint(DEAD_LETTER_STATES, name="dead_letter_state"),
        sa.Index("dead_letter_by_state", "state", "id"),
        sa.Index("dead_letter_event", "event_id"),
        info=PASSING,  # strangers' alone: `retention.py`
    )
    return MessagingTables(outbox, relay_head, inbox, dead_letter, *_position_tables(metadata))


def _position_tables(metadata: sa.MetaData) -> tuple[sa.Table, sa.Table, sa.Table]:
    """How far this database holds effects, what it was found to lack, and since when it says so
    (docs/decisions/0030)."""
    now = sa.text("now()")
    consumed = sa.Table(
        "consumed",
        metadata,
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True),
        sa.Column("next_offset", sa.BigInteger, nullable=False),
        sa.Column("again_until", sa.BigInteger),  # rewound: what stands before this offset is read a second time
        postgresql_with={**VACUUM_BY_COUNT, "fillfactor": "50"},  # few rows, changed by each batch
        info=PASSING,
    )
    setback = sa.Table(
        "setback",
        metadata,
        sa.Column("side", sa.Text, primary_key=True),
        sa.Column("missing", sa.BigInteger, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("found_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=now),
        sa.CheckConstraint(SETBACK_SIDES, name="setback_side"),
        info=PASSING,
    )
    epoch = sa.Table(
        "epoch",
        metadata,
        sa.Column("id", sa.Uuid, primary_key=True, server_default=sa.text("gen_random_uuid()")),
        # -infinity: it was never used without.
        sa.Column("begun_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=now),
        info=PASSING,
    )
    return consumed, setback, epoch


class Migration(Protocol):
    """Alembic's `op`, as far as it is needed here."""

    def get_bind(self) -> sa.Connection: ...


def create_messaging_tables(op: Migration) -> None:
    """For a migration: `create_messaging_tables(op)`."""
    metadata = sa.MetaData()
    messaging_tables(metadata)
    metadata.create_all(op.get_bind())
