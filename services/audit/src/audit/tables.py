"""Tables of the audit database (those of messaging and idempotency come from `shared`)."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()
INSTANT = DateTime(timezone=True)
# Conditions of partial indexes. A query repeats them word for word, without parameters, to be served by the index.
ILLUSTRATIVE = "type = 'vn.tiendo.submission.received.v1' and data ->> 'illustrative' = 'true'"
HAS_SUBMISSION = "data ->> 'submission_id' is not null"

log_head = Table(
    "log_head",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="log_head_single"),
    CheckConstraint("size >= 0", name="log_head_size"),
    comment="One row: how many entries the log has. Its row lock makes one writer at a time.",
)

entry = Table(
    "entry",
    metadata,
    Column("index", BigInteger, primary_key=True, autoincrement=False, comment="0, 1, 2 … without a gap"),
    Column("event_id", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("obligation_id", Text, comment="the duty the event is about, whatever its subject"),
    Column("unit", Text),
    Column("period", Text),
    Column("time", INSTANT, nullable=False, comment="the producer's"),
    Column("received_at", INSTANT, nullable=False, comment="when this service read it"),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("trace_id", Text),
    Column("body", LargeBinary, nullable=False, comment="the bytes as they stood in Kafka, never re-serialised"),
    Column("data", JSONB, nullable=False, comment="copy for searching and showing; never evidence"),
    Index("entry_type", "type", "index"),
    Index("entry_topic", "topic", "index"),
    Index("entry_subject", "subject", "index"),
    Index("entry_obligation", "obligation_id", "index", postgresql_where="obligation_id is not null"),
    Index("entry_unit", "unit", "index"),
    Index("entry_trace", "trace_id", "index"),
    Index("entry_illustrative", "period", postgresql_where=sql(ILLUSTRATIVE)),
    Index("entry_submission", sql("(data ->> 'submission_id')"), postgresql_where=sql(HAS_SUBMISSION)),
    Index("entry_time", "time", postgresql_using="brin"),
)

inspection = Table(
    "inspection",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True, comment="order of logging"),
    Column("unit", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("obligation", Text, nullable=False),
    Column("basis_document", Text, nullable=False, comment="empty while there is none: never invented"),
    Column("document_number", Text, nullable=False, server_default=""),
    Column("signed_on", Date),
    Column("started_on", Date, nullable=False),
    Column("ended_on", Date),
    Column("scope", Text, nullable=False),
    Column("logged_by", Text, nullable=False),
    Column("logged_by_role", Text, nullable=False),
    Column("logged_at", INSTANT, nullable=False),
    Column("trace_id", Text),
    CheckConstraint("(document_number = '') = (signed_on is null)", name="inspection_number_with_signature"),
    CheckConstraint("ended_on >= started_on", name="inspection_days"),
    Index("inspection_unit", "unit", "number"),
)

finding = Table(
    "finding",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("inspection_id", Uuid, ForeignKey("inspection.id"), nullable=False),
    Column("position", Integer, nullable=False, comment="1, 2, 3 … within the inspection"),
    Column("measure", Text),
    Column("criteria", Text, nullable=False),
    Column("condition", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("effect", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),
    Index("finding_inspection", "inspection_id", "position", unique=True),
)
