"""Duties, reminders, contacts, deliveries and the tables of messaging.

The first revision creates what `notifications.tables` declared when it was written; later ones are written out.
"""

from alembic import op

from notifications.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    metadata.drop_all(op.get_bind())
