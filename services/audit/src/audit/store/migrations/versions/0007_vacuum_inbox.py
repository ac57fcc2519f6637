"""The inbox is vacuumed by count."""

from alembic import op

from shared.messaging.migrations.inbox import vacuum_inbox_by_count

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    vacuum_inbox_by_count(op)


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
