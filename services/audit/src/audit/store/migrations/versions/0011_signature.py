"""The signature that an event came with."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    comment = "the record's header: who signed the body; null: not signed"
    op.add_column("entry", sa.Column("signature", sa.LargeBinary, comment=comment))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
