"""The tables of the submissions service. Migrations make them; a test compares the two."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.database.idempotency import idempotency_table
from shared.database.rights import FINAL, changing
from shared.erasure.table import erasure_table
from shared.messaging import messaging_tables

metadata = sa.MetaData()
instant = sa.TIMESTAMP(timezone=True)
STATES = "'open', 'submitted', 'accepted', 'returned', 'withdrawn'"

# Who owes which form for which period, once opened. `version` counts every change and orders the events.
obligation = sa.Table(
    "obligation",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("obligation", sa.Text, nullable=False),
    sa.Column("form", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("period", sa.Text, nullable=False),
    sa.Column("due_at", instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="open"),
    sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("opened_at", instant, nullable=False),
    sa.UniqueConstraint("unit", "period", "form", "obligation", name="obligation_owed_once"),
    sa.CheckConstraint(f"state in ({STATES})", name="obligation_state"),
    sa.CheckConstraint("revision >= 0 and version > revision", name="obligation_counters"),
    sa.Index("obligation_due", "due_at", "id"),
    sa.Index("obligation_period", "period", "form", "due_at", "id"),
)

# A revision of the answer. Only `state` ever changes; words go when a person asks (docs/decisions/0034).
submission = sa.Table(
    "submission",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("obligation_id", sa.Uuid, sa.ForeignKey("obligation.id"), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="submitted"),
    sa.Column("observations", JSONB, nullable=False),
    sa.Column("narrative", JSONB, nullable=False),
    sa.Column("evidence", JSONB, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("content_sha256", sa.Text, nullable=False),
    sa.Column("timeless_sha256", sa.Text, nullable=False),
    sa.Column("warnings", JSONB, nullable=False),
    sa.Column("received_at", instant, nullable=False),
    sa.Column("submitted_role", sa.Text, nullable=False),
    sa.Column("submitted_unit", sa.Text, nullable=False),
    sa.Column("trace_id", sa.Text, nullable=False),
    sa.Column("illustrative", sa.Boolean, nullable=False, server_default=sa.false()),
    # The subject of the provider, here and in `review`; null in rows of before December 2026.
    sa.Column("submitted_by", sa.Text),
    # Of a revision that was put back: its event has nothing else of who sent it.
    sa.Column("submitted_pseudonym", sa.Text),
    sa.UniqueConstraint("obligation_id", "revision", name="submission_revision"),
    sa.CheckConstraint("revision >= 1", name="submission_first_revision"),
    sa.CheckConstraint("state in ('submitted', 'accepted', 'returned', 'withdrawn')", name="submission_state"),
    sa.Index("submission_received", "received_at", "id"),
    info=changing("state"),
)

# What was decided about a revision, and why.
review = sa.Table(
    "review",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("submission_id", sa.Uuid, sa.ForeignKey("submission.id"), nullable=False),
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("decided_at", instant, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("trace_id", sa.Text, nullable=False),
    # Codes of what the reason looked like and its writer confirmed: personal_data.
    sa.Column("confirmed", ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("decided_by", sa.Text),
    sa.CheckConstraint("act in ('accept', 'return', 'withdraw')", name="review_act"),
    sa.CheckConstraint("act = 'accept' or reason is not null", name="review_reason"),
    sa.Index("review_submission", "submission_id", "decided_at"),
    info=FINAL,
)

messaging = messaging_tables(metadata)
idempotency = idempotency_table(metadata)
erasure = erasure_table(metadata)
