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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.database.idempotency import idempotency_table
from shared.database.rights import FINAL, PASSING
from shared.erasure.table import erasure_table
from shared.messaging import messaging_tables

metadata = MetaData()
INSTANT = DateTime(timezone=True)
# Conditions and expressions of partial indexes. A query repeats them word for word, without parameters, to be served
# by the index.
ILLUSTRATIVE = "type = 'vn.tiendo.submission.received.v1' and data ->> 'illustrative' = 'true'"
SUBMISSION = "(data ->> 'submission_id')"
CONTENT = "(data ->> 'content_sha256')"
HAS_SUBMISSION = "data ->> 'submission_id' is not null"
HAS_CONTENT = "data ->> 'content_sha256' is not null"

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
    Column("sequence", BigInteger, comment="the source's own numbering; null: not numbered by a relay"),
    Column("prevhash", LargeBinary, comment="what the source says the SHA-256 of its event before is"),
    Column("body", LargeBinary, nullable=False, comment="the bytes as they stood in Kafka, never re-serialised"),
    Column("signature", LargeBinary, comment="the record's header: who signed the body; null: not signed"),
    Column("data", JSONB, nullable=False, comment="copy for searching and showing; never evidence"),
    Index("entry_type", "type", "index"),
    Index("entry_topic", "topic", "index"),
    Index("entry_subject", "subject", "index"),
    Index("entry_obligation", "obligation_id", "index", postgresql_where="obligation_id is not null"),
    Index("entry_unit", "unit", "index"),
    Index("entry_trace", "trace_id", "index"),
    Index("entry_illustrative", "period", postgresql_where=sql(ILLUSTRATIVE)),
    Index("entry_submission", sql(SUBMISSION), postgresql_where=sql(HAS_SUBMISSION)),
    Index("entry_content", sql(CONTENT), postgresql_where=sql(HAS_CONTENT)),
    Index("entry_time", "time", postgresql_using="brin"),
    Index("entry_sequence", "source", "sequence", postgresql_where="sequence is not null"),
    info=FINAL,
)

source = Table(
    "source",
    metadata,
    Column("source", Text, primary_key=True),
    Column("next_sequence", BigInteger, nullable=False, comment="every lower number has come or is in missing"),
    Column("last_sequence", BigInteger, comment="the highest number that has come"),
    Column("unnumbered", BigInteger, nullable=False, comment="events without a number: in the log, in no chain"),
    Column("last_event_at", INSTANT, comment="when this service read one"),
    Column("last_heartbeat_at", INSTANT, comment="when this service read one"),
    Column("announced_sequence", BigInteger, comment="by the last heartbeat: the last number that was sent"),
    Column("announced_hash", LargeBinary, comment="by the last heartbeat: SHA-256 of that event, where it is known"),
    Column("announced_at", INSTANT, comment="the time of that heartbeat, by the source's own clock"),
    Column("behind_at", INSTANT, comment="when records were last read long after they were sent"),
    CheckConstraint("next_sequence >= 1", name="source_next_sequence"),
)

gap = Table(
    "gap",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("source", Text, ForeignKey("source.source"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("opened_at", INSTANT, nullable=False),
    Column("closed_at", INSTANT),
    CheckConstraint("kind in ('missing', 'forked', 'unchained', 'went_back')", name="gap_kind"),
    CheckConstraint("last >= first", name="gap_numbers"),
    Index("gap_open", "source", "kind", postgresql_where="closed_at is null"),
    comment="What people are told of. A missing event is told of when it is overdue: see missing.",
)

missing = Table(
    "missing",
    metadata,
    Column("source", Text, ForeignKey("source.source"), primary_key=True),
    Column("first", BigInteger, primary_key=True),
    Column("last", BigInteger, nullable=False),
    Column("opened_at", INSTANT, nullable=False),
    Column("gap", BigInteger, ForeignKey("gap.id"), comment="null while it is not overdue"),
    CheckConstraint("last >= first", name="missing_numbers"),
    Index("missing_untold", "opened_at", postgresql_where="gap is null"),
    Index("missing_gap", "gap", postgresql_where="gap is not null"),
    comment="Numbers that have not come, as ranges. Most live for milliseconds: partitions overtake each other.",
    info=PASSING,
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
    Column(
        "confirmed", ARRAY(Text), nullable=False, server_default="{}", comment="what its texts look like and are not"
    ),
    CheckConstraint("(document_number = '') = (signed_on is null)", name="inspection_number_with_signature"),
    CheckConstraint("ended_on >= started_on", name="inspection_days"),
    Index("inspection_unit", "unit", "number"),
    info=FINAL,
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
    Column(
        "confirmed", ARRAY(Text), nullable=False, server_default="{}", comment="what its texts look like and are not"
    ),
    Index("finding_inspection", "inspection_id", "position", unique=True),
    info=FINAL,
)

messaging_tables(metadata)
idempotency_table(metadata)
erasure_table(metadata)
