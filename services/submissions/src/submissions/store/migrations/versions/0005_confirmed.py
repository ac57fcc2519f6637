"""What a person confirmed about the reason of a decision."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("review", sa.Column("confirmed", ARRAY(sa.Text), nullable=False, server_default="{}"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
