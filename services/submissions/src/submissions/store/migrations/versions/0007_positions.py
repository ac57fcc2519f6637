"""How far this database holds effects, what it was found to lack, and since when it says so."""

from alembic import op

from shared.messaging.migrations.restore import keep_positions

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    keep_positions(op)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
