"""Which texts were erased on whose request, without the words."""

from alembic import op

from shared.erasure.table import create_erasure_table

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    create_erasure_table(op)


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
