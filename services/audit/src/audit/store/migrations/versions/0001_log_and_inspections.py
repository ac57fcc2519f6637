"""The event log, inspections and findings, messaging, idempotency."""

from alembic import op

from shared.database.idempotency import create_idempotency_table
from shared.messaging import create_messaging_tables

revision = "0001"
down_revision = None

LOG = """
create table log_head (
  id smallint primary key constraint log_head_single check (id = 1),
  size bigint not null constraint log_head_size check (size >= 0)
);
comment on table log_head is 'One row: how many entries the log has. Its row lock makes one writer at a time.';
insert into log_head (id, size) values (1, 0);

create table entry (
  index bigint primary key,
  event_id text not null unique,
  type text not null,
  source text not null,
  subject text not null,
  obligation_id text,
  unit text,
  period text,
  time timestamptz not null,
  received_at timestamptz not null,
  topic text not null,
  partition integer not null,
  "offset" bigint not null,
  trace_id text,
  body bytea not null,
  data jsonb not null
);
comment on column entry.index is '0, 1, 2 … without a gap';
comment on column entry.obligation_id is 'the duty the event is about, whatever its subject';
comment on column entry.time is 'the producer''s';
comment on column entry.received_at is 'when this service read it';
comment on column entry.body is 'the bytes as they stood in Kafka, never re-serialised';
comment on column entry.data is 'copy for searching and showing; never evidence';
create index entry_type on entry (type, index);
create index entry_subject on entry (subject, index);
create index entry_obligation on entry (obligation_id, index) where obligation_id is not null;
create index entry_unit on entry (unit, index);
create index entry_trace on entry (trace_id, index);
create index entry_time on entry using brin (time);

create function entry_is_final() returns trigger language plpgsql as $$
begin
  raise exception 'entries of the log are never changed or removed' using errcode = 'integrity_constraint_violation';
end $$;
create trigger entry_is_final before update or delete on entry for each row execute function entry_is_final();
create trigger entry_is_kept before truncate on entry for each statement execute function entry_is_final();
"""

INSPECTIONS = """
create table inspection (
  id uuid primary key,
  number bigint generated always as identity unique,
  unit text not null,
  period text not null,
  kind text not null,
  obligation text not null,
  basis_document text not null,
  document_number text not null default '',
  signed_on date,
  started_on date not null,
  ended_on date constraint inspection_days check (ended_on >= started_on),
  scope text not null,
  logged_by text not null,
  logged_by_role text not null,
  logged_at timestamptz not null,
  trace_id text,
  constraint inspection_number_with_signature check ((document_number = '') = (signed_on is null))
);
comment on column inspection.number is 'order of logging';
comment on column inspection.basis_document is 'empty while there is none: never invented';
create index inspection_unit on inspection (unit, number);

create table finding (
  id uuid primary key,
  inspection_id uuid not null references inspection (id),
  position integer not null,
  measure text,
  criteria text not null,
  condition text not null,
  cause text not null,
  effect text not null,
  severity text not null,
  recorded_by text not null,
  recorded_at timestamptz not null
);
comment on column finding.position is '1, 2, 3 … within the inspection';
create unique index finding_inspection on finding (inspection_id, position);
"""


def upgrade() -> None:
    create_messaging_tables(op)
    create_idempotency_table(op)
    op.execute(LOG)
    op.execute(INSPECTIONS)


def downgrade() -> None:
    raise NotImplementedError("a log is not taken back")
