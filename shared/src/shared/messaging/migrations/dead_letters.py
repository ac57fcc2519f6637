"""The dead letters become a work list: for a migration of each service, `make_dead_letters_a_work_list(op)`.

A database may have been made before or after the table was declared so; both end the same.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from shared.events import label
from shared.messaging.tables import DEAD_LETTER_STATES, Migration

CHUNK = 500

_ALTER = f"""
alter table dead_letter
  add column if not exists type text,
  add column if not exists source text,
  add column if not exists state text not null default 'open',
  add column if not exists outcome text,
  add column if not exists attempts integer not null default 0,
  add column if not exists resolved_at timestamptz,
  add column if not exists resolved_by text,
  add column if not exists note text,
  drop constraint if exists dead_letter_state,
  add constraint dead_letter_state check ({DEAD_LETTER_STATES});
create index if not exists dead_letter_by_state on dead_letter (state, id);
create index if not exists dead_letter_event on dead_letter (event_id);
"""
_UNLABELLED = sa.text(
    "select id, value from dead_letter where id > :after and value is not null order by id limit :chunk"
)
_LABEL = sa.text(
    """
    update dead_letter set type = told.type, source = told.source
    from unnest(:ids, :types, :sources) as told (id, type, source) where dead_letter.id = told.id
    """
).bindparams(
    sa.bindparam("ids", type_=ARRAY(sa.BigInteger)),
    sa.bindparam("types", type_=ARRAY(sa.Text)),
    sa.bindparam("sources", type_=ARRAY(sa.Text)),
)


def make_dead_letters_a_work_list(op: Migration) -> None:
    """Columns, constraint and indexes, and the label of every letter that already lies there."""
    connection = op.get_bind()
    connection.exec_driver_sql(_ALTER)
    after = 0
    while rows := connection.execute(_UNLABELLED, {"after": after, "chunk": CHUNK}).all():
        labels = [label(row.value) for row in rows]
        told = {"types": [one.type for one in labels], "sources": [one.source for one in labels]}
        connection.execute(_LABEL, {"ids": [row.id for row in rows], **told})
        after = rows[-1].id
