"""Events are numbered when they are sent."""

from alembic import op

from shared.messaging.migrations.relay import number_at_sending

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    number_at_sending(op)


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
