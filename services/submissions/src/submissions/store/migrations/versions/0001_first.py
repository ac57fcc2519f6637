"""Obligations, submissions, reviews; messaging and idempotency."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.idempotency import create_idempotency_table
from shared.messaging import create_messaging_tables

revision = "0001"
down_revision = None

instant = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "obligation",
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
        sa.CheckConstraint(
            "state in ('open', 'submitted', 'accepted', 'returned', 'withdrawn')", name="obligation_state"
        ),
        sa.CheckConstraint("revision >= 0 and version > revision", name="obligation_counters"),
    )
    op.create_index("obligation_due", "obligation", ["due_at", "id"])
    op.create_index("obligation_period", "obligation", ["period", "form", "due_at", "id"])
    op.create_table(
        "submission",
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
        sa.UniqueConstraint("obligation_id", "revision", name="submission_revision"),
        sa.CheckConstraint("revision >= 1", name="submission_first_revision"),
        sa.CheckConstraint("state in ('submitted', 'accepted', 'returned', 'withdrawn')", name="submission_state"),
    )
    op.create_index("submission_received", "submission", ["received_at", "id"])
    op.create_table(
        "review",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("submission_id", sa.Uuid, sa.ForeignKey("submission.id"), nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("decided_at", instant, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("trace_id", sa.Text, nullable=False),
        sa.CheckConstraint("act in ('accept', 'return', 'withdraw')", name="review_act"),
        sa.CheckConstraint("act = 'accept' or reason is not null", name="review_reason"),
    )
    op.create_index("review_submission", "review", ["submission_id", "decided_at"])
    create_idempotency_table(op)
    create_messaging_tables(op)
