"""Illustrative submissions by period, and entries by the id of their submission."""

from alembic import op

revision = "0002"
down_revision = "0001"

# `tables.py` repeats the conditions word for word: the indexes serve no other.
INDEXES = """
create index entry_illustrative on entry (period)
  where type = 'vn.tiendo.submission.received.v1' and data ->> 'illustrative' = 'true';
create index entry_submission on entry ((data ->> 'submission_id')) where data ->> 'submission_id' is not null;
"""


def upgrade() -> None:
    op.execute(INDEXES)


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
