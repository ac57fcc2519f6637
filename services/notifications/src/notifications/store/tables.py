"""The database of notifications. Instants are UTC; `planned_on` is a day in Vietnam."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from shared.database.idempotency import idempotency_table
from shared.erasure.table import erasure_table
from shared.messaging import messaging_tables

metadata = sa.MetaData()
messaging = messaging_tables(metadata)
idempotency = idempotency_table(metadata)
erasure = erasure_table(metadata)

instant = sa.DateTime(timezone=True)

obligation = sa.Table(
    "duty",
    metadata,
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
    sa.Column("returned_submission", UUID(as_uuid=True)),
    sa.CheckConstraint("state in ('open', 'submitted')", name="duty_state"),
    sa.Index("duty_by_due", "due_at", "obligation_id"),
    sa.Index("duty_by_unit", "unit", "due_at"),
)

reminder = sa.Table(
    "reminder",
    metadata,
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
    sa.Index("reminder_by_duty", "obligation_id"),
    sa.Index("reminder_by_time", "not_before", "id"),
    sa.Index("reminder_planned", "not_before", postgresql_where=sa.text("state = 'planned'")),
    sa.Index("reminder_due", "not_before", postgresql_where=sa.text("state = 'due'")),
)

contact = sa.Table(
    "contact",
    metadata,
    sa.Column("unit", sa.Text, primary_key=True),
    sa.Column("role", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.Column("changed_at", instant, nullable=False),
    sa.Column("refused_at", instant),
)

# Every change of an address by a person, with the address before. Nothing is changed or taken out here but by `erase`.
contact_change = sa.Table(
    "contact_change",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("old_address", sa.Text),
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.Column("changed_at", instant, nullable=False),
    sa.Index("contact_change_unit", "unit", "changed_at"),
)

delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("reminder_id", UUID(as_uuid=True), sa.ForeignKey("reminder.id"), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason_code", sa.Text),
    sa.Column("smtp_code", sa.Integer),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("also_for", ARRAY(UUID(as_uuid=True)), nullable=False, server_default="{}"),
    sa.Column("started_at", instant, nullable=False),
    sa.Column("finished_at", instant, nullable=False),
    sa.CheckConstraint("state in ('sent', 'deferred', 'failed')", name="delivery_state"),
    sa.Index("delivery_by_reminder", "reminder_id"),
    sa.Index("delivery_by_time", "finished_at", "id"),
)
