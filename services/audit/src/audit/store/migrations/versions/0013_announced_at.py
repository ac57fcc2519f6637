"""The time of a source's last heartbeat: one that is no later is a copy of an old one."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    comment = "the time of that heartbeat, by the source's own clock"
    op.add_column("source", sa.Column("announced_at", sa.DateTime(timezone=True), comment=comment))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
