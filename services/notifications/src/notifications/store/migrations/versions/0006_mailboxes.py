"""What became of an address, a delivery that reached several roles, which submission was returned, keys of attempts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from shared.database.idempotency import create_idempotency_table

revision = "0006"
down_revision = "0005"

REFUSED_SO_FAR = """
    update contact set refused_at = refused.since
    from (
        select o.unit, r.role, r.channel, d.recipient, min(d.finished_at) as since
        from delivery d
        join reminder r on r.id = d.reminder_id
        join duty o using (obligation_id)
        where d.state = 'failed' and not exists (
            select from delivery later where later.recipient = d.recipient and later.state = 'sent'
            and later.finished_at > d.finished_at
        )
        group by o.unit, r.role, r.channel, d.recipient
    ) refused
    where (contact.unit, contact.role, contact.channel, contact.address)
        = (refused.unit, refused.role, refused.channel, refused.recipient)
"""


def upgrade() -> None:
    """An address that was refused and got nothing since is told as such from the start."""
    create_idempotency_table(op)
    op.add_column("contact", sa.Column("refused_at", sa.DateTime(timezone=True)))
    op.execute(REFUSED_SO_FAR)
    op.add_column("delivery", sa.Column("also_for", ARRAY(UUID(as_uuid=True)), nullable=False, server_default="{}"))
    op.add_column("duty", sa.Column("returned_submission", UUID(as_uuid=True)))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
