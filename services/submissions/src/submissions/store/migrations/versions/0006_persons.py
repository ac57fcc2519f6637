"""Who sent a revision and who decided about it: the subject of the identity provider."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("submission", sa.Column("submitted_by", sa.Text))
    op.add_column("review", sa.Column("decided_by", sa.Text))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
