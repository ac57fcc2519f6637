"""Who sent a revision that was put back from its event, which has the pseudonym and not the subject."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("submission", sa.Column("submitted_pseudonym", sa.Text))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
