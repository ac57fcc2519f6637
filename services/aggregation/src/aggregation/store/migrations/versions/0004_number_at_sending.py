"""Events are numbered when they are sent."""

from alembic import op

from shared.messaging.migrations.relay import number_at_sending

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    number_at_sending(op)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
