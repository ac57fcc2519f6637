"""What the writer of an inspection or finding has confirmed that its texts look like and are not."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    for table in ("inspection", "finding"):
        comment = "what its texts look like and are not"
        column: sa.Column[list[str]] = sa.Column(
            "confirmed", ARRAY(sa.Text), nullable=False, server_default="{}", comment=comment
        )
        op.add_column(table, column)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
