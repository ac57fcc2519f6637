"""What has come of each source: numbers, gaps, heartbeats; for the entries that are already in the log, too."""

from alembic import op

revision = "0005"
down_revision = "0004"

# Filled once, by the only hand that may lift the trigger; the bytes stay as they are. What is not well formed is null:
# a body that somebody else made must not stop the migration.
ENTRY = """
alter table entry add column sequence bigint, add column prevhash bytea;
alter table entry disable trigger entry_is_final;
update entry set
  prevhash = case when envelope ->> 'prevhash' ~ '^[0-9a-f]{64}$' then decode(envelope ->> 'prevhash', 'hex') end,
  sequence = case when envelope ->> 'sequence' ~ '^0*[0-9]{1,18}$'
    then nullif((envelope ->> 'sequence')::bigint, 0) end
from (select index, convert_from(body, 'UTF8')::jsonb - 'data' as envelope from entry) as read
where read.index = entry.index and envelope ? 'sequence';
alter table entry enable trigger entry_is_final;
comment on column entry.sequence is 'the source''s own numbering; null: not numbered by a relay';
comment on column entry.prevhash is 'what the source says the SHA-256 of its event before is';
create index entry_sequence on entry (source, sequence) where sequence is not null;
"""

SOURCES = """
create table source (
  source text primary key,
  next_sequence bigint not null constraint source_next_sequence check (next_sequence >= 1),
  last_sequence bigint,
  unnumbered bigint not null,
  last_event_at timestamptz,
  last_heartbeat_at timestamptz,
  announced_sequence bigint,
  announced_hash bytea,
  behind_at timestamptz
);
comment on column source.next_sequence is 'every lower number has come or is in missing';
comment on column source.last_sequence is 'the highest number that has come';
comment on column source.unnumbered is 'events without a number: in the log, in no chain';
comment on column source.last_event_at is 'when this service read one';
comment on column source.last_heartbeat_at is 'when this service read one';
comment on column source.announced_sequence is 'by the last heartbeat: the last number that was sent';
comment on column source.announced_hash is 'by the last heartbeat: SHA-256 of that event, where it is known';
comment on column source.behind_at is 'when records were last read long after they were sent';

create table gap (
  id bigint generated always as identity primary key,
  source text not null references source (source),
  kind text not null constraint gap_kind check (kind in ('missing', 'forked', 'unchained')),
  first bigint not null,
  last bigint not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  constraint gap_numbers check (last >= first)
);
comment on table gap is 'What people are told of. A missing event is told of when it is overdue: see missing.';
create index gap_open on gap (source, kind) where closed_at is null;

create table missing (
  source text references source (source),
  first bigint,
  last bigint not null,
  opened_at timestamptz not null,
  gap bigint references gap (id),
  primary key (source, first),
  constraint missing_numbers check (last >= first)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
comment on table missing is
  'Numbers that have not come, as ranges. Most live for milliseconds: partitions overtake each other.';
comment on column missing.gap is 'null while it is not overdue';
create index missing_untold on missing (opened_at) where gap is null;
create index missing_gap on missing (gap) where gap is not null;
"""

ENTRIES_SO_FAR = """
insert into source (source, next_sequence, last_sequence, unnumbered, last_event_at)
select source, coalesce(max(sequence), 0) + 1, max(sequence), count(*) filter (where sequence is null), max(received_at)
from entry group by source order by count(*) desc limit 100;

insert into missing (source, first, last, opened_at)
select source, before + 1, sequence - 1, now() from (
  select source, sequence, lag(sequence, 1, 0::bigint) over (partition by source order by sequence) as before
  from (select distinct source, sequence from entry where sequence is not null) as numbered
) as stepped join source using (source)
where sequence > before + 1;

insert into gap (source, kind, first, last, opened_at)
select source, 'forked', sequence, sequence, now() from entry join source using (source)
where sequence is not null group by source, sequence having count(*) > 1;

insert into gap (source, kind, first, last, opened_at)
select later.source, 'unchained', later.sequence, later.sequence, now()
from entry as later join source using (source)
  join entry as earlier on earlier.source = later.source and earlier.sequence = later.sequence - 1
group by later.source, later.sequence, later.event_id
having not coalesce(bool_or(sha256(earlier.body) = later.prevhash), false);
"""


def upgrade() -> None:
    op.execute(ENTRY)
    op.execute(SOURCES)
    op.execute(ENTRIES_SO_FAR)


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
