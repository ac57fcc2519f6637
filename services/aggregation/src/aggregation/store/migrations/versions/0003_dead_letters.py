"""Dead letters as a work list."""

from alembic import op

from shared.messaging.migrations.dead_letters import make_dead_letters_a_work_list

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    make_dead_letters_a_work_list(op)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
