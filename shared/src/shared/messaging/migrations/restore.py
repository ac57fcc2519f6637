"""The database keeps how far it holds effects: for a migration of each service, `keep_positions(op)`.

What a database had consumed before is not known to it. So it has an epoch, and takes the offsets of its group at their
word for whatever it knows from before that began (`restore/position_check.py`). One that has held positions since it
was made has an epoch without a beginning.

Whether it was in use before is decided here, once and for good: ids of events, by which it could be told later, are
forgotten after two weeks, and between two quarters none come.
"""

from collections.abc import Collection

import sqlalchemy as sa

from shared.messaging.tables import Migration, messaging_tables

_BEGIN = sa.text(
    """
    insert into epoch (begun_at) select case when :used then now() else '-infinity' end
    where not exists (select from epoch)
    """
)


def keep_positions(op: Migration, made_with_rows: Collection[str] = ()) -> None:
    """A database may have been made before or after the tables were declared; both end the same, in an epoch.

    `made_with_rows`: tables that a migration fills in a database that was never used.
    """
    connection = op.get_bind()
    metadata = sa.MetaData()
    tables = messaging_tables(metadata)
    metadata.create_all(connection, [tables.consumed, tables.setback, tables.epoch])
    used = _was_used(connection, {*made_with_rows, "alembic_version", "epoch"})
    connection.execute(_BEGIN, {"used": used})


def _was_used(connection: sa.Connection, but_for: Collection[str]) -> bool:
    """Whether there is anything in it."""
    names = [name for name in sa.inspect(connection).get_table_names() if name not in but_for]
    return any(connection.scalar(sa.select(sa.exists(sa.select(1).select_from(sa.table(name))))) for name in names)
