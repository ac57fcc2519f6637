"""How far this database holds effects, what it was found to lack, and since when it says so; sources that went back."""

from alembic import op

from shared.messaging.migrations.restore import keep_positions

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    keep_positions(op, made_with_rows=["log_head"])
    op.drop_constraint("gap_kind", "gap")
    op.create_check_constraint("gap_kind", "gap", "kind in ('missing', 'forked', 'unchained', 'went_back')")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
