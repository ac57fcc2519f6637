"""Dead letters as a work list."""

from alembic import op

from shared.messaging.migrations.dead_letters import make_dead_letters_a_work_list

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    make_dead_letters_a_work_list(op)


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
