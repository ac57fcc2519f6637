"""The tables of aggregation: what is kept, in the order in which it is computed."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from shared.database.rights import FINAL
from shared.erasure.table import erasure_table
from shared.messaging import messaging_tables

metadata = MetaData()

obligation = Table(
    "obligation",
    metadata,
    Column("obligation_id", UUID(as_uuid=True), primary_key=True),
    Column("obligation", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("received_revision", Integer, comment="revision that counts on the basis received"),
    Column("accepted_revision", Integer, comment="revision that counts on the basis accepted"),
    Index("obligation_period", "period", "unit", "form"),
)

revision = Table(
    "revision",
    metadata,
    Column("obligation_id", UUID(as_uuid=True), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False, comment="per obligation; orders news whatever the delivery"),
    Column("submission_id", UUID(as_uuid=True)),
    Column("observations", JSONB(none_as_null=True), comment="null while only its decision has arrived"),
    Column("illustrative", Boolean, nullable=False, server_default=text("false")),
    Column("was_accepted", Boolean, nullable=False, server_default=text("false"), comment="at some time"),
    Column("content_sha256", Text, comment="of the kept content; null in rows of before migration 0010"),
    PrimaryKeyConstraint("obligation_id", "number"),
    Index("revision_accepted", "obligation_id", "number", postgresql_where=text("was_accepted")),
)

fact = Table(
    "fact",
    metadata,
    Column("source", UUID(as_uuid=True), nullable=False, comment="obligation, or the id of a derived fact"),
    Column("element", Text, nullable=False),
    Column("disaggregation", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("value", Numeric),
    Column("status", Text, comment="null: expected, not answered"),
    Column("expected", Boolean, nullable=False),
    Column(
        "implausible", Boolean, nullable=False, server_default=text("false"), comment="marked, and not accepted yet"
    ),
    PrimaryKeyConstraint("source", "element", "disaggregation", "basis"),
    Index("fact_place", "unit", "period", "element", "disaggregation", "basis"),
    Index("fact_implausible", "period", "basis", "element", postgresql_where=text("implausible")),
)

cell = Table(
    "cell",
    metadata,
    Column("unit", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("disaggregation", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("parent", Text),
    Column("value", Numeric, comment="sum over the unit and all below; null when none has a number"),
    Column("valued", Integer, nullable=False),
    Column("reported", Integer, nullable=False),
    Column("expected", Integer, nullable=False),
    Column("estimates", Integer, nullable=False),
    Column("implausible", Integer, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("unit", "period", "element", "disaggregation", "basis"),
    Index("cell_parent", "parent", "period", "element", "disaggregation", "basis"),
)

FIGURE = (
    ("value", Numeric, True),
    ("numerator", Numeric, True),
    ("denominator", Numeric, True),
    ("reported", Integer, False),
    ("expected", Integer, False),
    ("assessment", Text, False),
    ("provisional", Boolean, False),
    ("below_floor", Boolean, False),
    ("above_whole", Boolean, False),
    ("parts", JSONB, False),
    ("as_of", DateTime(timezone=True), False),
)


def _figure() -> list[Column[Any]]:
    needs_check = Column("needs_check", Boolean, nullable=False, server_default=text("false"))
    return [*(Column(name, kind, nullable=nullable) for name, kind, nullable in FIGURE), needs_check]


def _place() -> list[Column[str]]:
    return [Column(name, Text, nullable=False) for name in ("measure", "unit", "period", "basis")]


indicator_value = Table(
    "indicator_value",
    metadata,
    *_place(),
    *_figure(),
    PrimaryKeyConstraint("measure", "unit", "period", "basis"),
    Index("indicator_value_page", "unit", "period", "basis"),
)

indicator_history = Table(
    "indicator_history",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    *_place(),
    *_figure(),
    Index("indicator_history_place", "unit", "period", "basis", "measure", "as_of", "id"),
    info=FINAL,
)

# What readers without need to know were told of secret sums (docs/decisions/0028). No rebuild touches it.
publication = Table(
    "publication",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    *_place(),
    *_figure(),
    Column("members", JSONB(none_as_null=True), comment="reports in the sum: obligation, revision; null: not known"),
    Index("publication_place", "unit", "period", "basis", "measure", "as_of", "id"),
    info=FINAL,
)

# What a rebuild computes anew from the events.
STATE = (obligation, revision, fact, cell, indicator_value)

rebuild = Table(
    "rebuild",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("origin", Text, nullable=False, comment="log or topic"),
    Column("started_by", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True), nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("facts", BigInteger, nullable=False),
    Column("live_checksum", Text, nullable=False),
    Column("rebuilt_checksum", Text, nullable=False),
    Column("equal", Boolean, nullable=False),
    Column("swapped", Boolean, nullable=False),
    Column("differing", JSONB, nullable=False, comment="table → rows that differ, of the tables that do"),
    Index("rebuild_finished", "finished_at"),
    info=FINAL,
)

messaging_tables(metadata)
erasure_table(metadata)
