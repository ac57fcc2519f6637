"""The database keeps how far it holds effects: for a migration of each service, `keep_positions(op)`.

What a database had consumed before is not known to it. So it has an epoch, and takes the offsets of its group at their
word for whatever it knows from before that began (`restore/position_check.py`).
"""

import sqlalchemy as sa

from shared.messaging.tables import Migration, messaging_tables


def keep_positions(op: Migration) -> None:
    """A database may have been made before or after the tables were declared; both end the same, in an epoch."""
    connection = op.get_bind()
    metadata = sa.MetaData()
    tables = messaging_tables(metadata)
    metadata.create_all(connection, [tables.consumed, tables.setback, tables.epoch])
    connection.execute(sa.text("insert into epoch select where not exists (select from epoch)"))
