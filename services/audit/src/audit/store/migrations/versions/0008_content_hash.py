"""Entries by the content hash of their report, as its receipt prints it."""

from alembic import op

revision = "0008"
down_revision = "0007"

# `tables.py` repeats the condition word for word: the index serves no other.
INDEXES = """
create index entry_content on entry ((data ->> 'content_sha256')) where data ->> 'content_sha256' is not null;
"""


def upgrade() -> None:
    op.execute(INDEXES)


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
