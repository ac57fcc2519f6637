"""What rebuilds of the state found."""

from alembic import op

revision = "0002"
down_revision = "0001"

REBUILD = """
create table rebuild (
  id uuid primary key,
  origin text not null,
  started_by text not null,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  events bigint not null,
  facts bigint not null,
  live_checksum text not null,
  rebuilt_checksum text not null,
  equal boolean not null,
  swapped boolean not null,
  differing jsonb not null
);
comment on column rebuild.origin is 'log or topic';
comment on column rebuild.differing is 'table → rows that differ, of the tables that do';
create index rebuild_finished on rebuild (finished_at);
"""


def upgrade() -> None:
    op.execute(REBUILD)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
