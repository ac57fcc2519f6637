"""Duties, reminders, contacts, deliveries and the tables of messaging."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from shared.messaging import create_messaging_tables

revision = "0001"
down_revision = None

instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_messaging_tables(op)
    op.create_table(
        "duty",
        sa.Column("obligation_id", UUID(as_uuid=True), primary_key=True),
        sa.Column("obligation", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("due_at", instant),
        sa.Column("due_version", sa.Integer, nullable=False),
        sa.Column("reopened_at", instant),
        sa.Column("returned_version", sa.Integer),
        sa.CheckConstraint("state in ('open', 'submitted')", name="duty_state"),
    )
    op.create_index("duty_by_due", "duty", ["due_at", "obligation_id"])
    op.create_index("duty_by_unit", "duty", ["unit", "due_at"])
    op.create_table(
        "reminder",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        sa.Column("obligation_id", UUID(as_uuid=True), sa.ForeignKey("duty.obligation_id"), nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("planned_on", sa.Date, nullable=False),
        sa.Column("not_before", instant, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_attempt_at", instant),
        sa.Column("lease_until", instant),
        sa.Column("claim_token", UUID(as_uuid=True)),
        sa.Column("message_id", sa.Text),
        sa.Column("sent_at", instant),
        sa.Column("traceparent", sa.Text),
        sa.Column("traced_at", instant, nullable=False),
        sa.CheckConstraint(
            "state in ('planned', 'due', 'sent', 'superseded', 'cancelled', 'failed')", name="reminder_state"
        ),
    )
    op.create_index("reminder_by_duty", "reminder", ["obligation_id"])
    op.create_index("reminder_by_time", "reminder", ["not_before", "id"])
    op.create_index("reminder_planned", "reminder", ["not_before"], postgresql_where=sa.text("state = 'planned'"))
    op.create_index("reminder_due", "reminder", ["not_before"], postgresql_where=sa.text("state = 'due'"))
    op.create_table(
        "contact",
        sa.Column("unit", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", instant, nullable=False),
    )
    op.create_table(
        "delivery",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        sa.Column("reminder_id", UUID(as_uuid=True), sa.ForeignKey("reminder.id"), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason_code", sa.Text),
        sa.Column("smtp_code", sa.Integer),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("started_at", instant, nullable=False),
        sa.Column("finished_at", instant, nullable=False),
        sa.CheckConstraint("state in ('sent', 'deferred', 'failed')", name="delivery_state"),
    )
    op.create_index("delivery_by_reminder", "delivery", ["reminder_id"])
    op.create_index("delivery_by_time", "delivery", ["finished_at", "id"])


def downgrade() -> None:
    for table in ("delivery", "contact", "reminder", "duty", "outbox", "relay_head", "inbox", "dead_letter"):
        op.drop_table(table)
