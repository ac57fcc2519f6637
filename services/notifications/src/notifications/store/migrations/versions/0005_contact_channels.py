"""A contact belongs to a channel: its key is (unit, role, channel), its value an address."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Every address so far is one of e-mail."""
    op.alter_column("contact", "email", new_column_name="address")
    op.add_column("contact", sa.Column("channel", sa.Text, nullable=False, server_default="email"))
    op.alter_column("contact", "channel", server_default=None)
    op.drop_constraint("contact_pkey", "contact")
    op.create_primary_key("contact_pkey", "contact", ["unit", "role", "channel"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
