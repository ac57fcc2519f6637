"""Numbers are given at sending (docs/decisions/0009): for a migration of each service, `number_at_sending(op)`.

Rows that were numbered the old way, in the outbox, may have been sent already. They become the promised batch, behind
the link that the first of them names, so that they leave with the very bytes they had. The column goes, so that a relay
of the old kind fails instead of numbering what the new one has promised.
"""

import sqlalchemy as sa

from shared.messaging.tables import Migration

# `,"sequence":"` 20 digits `","prevhash":"` 64 digits `"}`
_TAIL_BYTES = 13 + 20 + 14 + 64 + 2

_PROMISE = "alter table relay_head add column if not exists batch bigint[] not null default '{}'"
_MOVE = f"""
with numbered as (
  select array_agg(id order by sequence) as ids, min(sequence) as first,
    (array_agg(value order by sequence))[1] as value
  from outbox where sequence is not null
)
update relay_head set sequence = numbered.first - 1, batch = numbered.ids,
  hash = convert_from(substring(numbered.value from octet_length(numbered.value) - 65 for 64), 'UTF8')
from numbered where numbered.ids is not null;
update outbox set value = substring(value for octet_length(value) - {_TAIL_BYTES}) || '}}'::bytea
where sequence is not null;
alter table outbox drop column sequence
"""


def number_at_sending(op: Migration) -> None:
    """Does nothing to a database that was made after the tables were declared so."""
    connection = op.get_bind()
    connection.exec_driver_sql(_PROMISE)
    columns = {column["name"] for column in sa.inspect(connection).get_columns("outbox")}
    if "sequence" in columns:
        connection.exec_driver_sql(_MOVE)
