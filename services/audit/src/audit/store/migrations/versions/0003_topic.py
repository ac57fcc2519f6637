"""The entries of one topic from any place on."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("create index entry_topic on entry (topic, index)")


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
