"""What was published of secret sums may be lost (docs/decisions/0028): a sum that was put back may be one of which the
reports are not known, and that some are still missing is a setback."""

from alembic import op

from shared.messaging.tables import SETBACK_SIDES

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("alter table publication alter column members drop not null")
    op.execute("comment on column publication.members is 'reports in the sum: obligation, revision; null: not known'")
    op.execute(f"alter table setback drop constraint setback_side, add constraint setback_side check ({SETBACK_SIDES})")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
