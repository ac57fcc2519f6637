"""Figures in doubt, and the values that rest on them. What was taken in before has no mark."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("alter table fact add column implausible boolean not null default false")
    op.execute("alter table cell add column implausible integer not null default 0")
    for table in ("indicator_value", "indicator_history"):
        op.execute(f"alter table {table} add column needs_check boolean not null default false")
    op.execute("comment on column fact.implausible is 'marked, and not accepted yet'")
    op.execute("create index fact_implausible on fact (period, basis, element) where implausible")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
