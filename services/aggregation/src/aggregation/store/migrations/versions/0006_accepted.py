"""The latest accepted revision of an obligation, found without reading all of its corrections."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("create index revision_accepted on revision (obligation_id, number) where was_accepted")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
