"""Which texts were erased on whose request, without the words."""

from alembic import op

from shared.erasure.table import create_erasure_table

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    create_erasure_table(op)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
