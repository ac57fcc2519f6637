"""The inbox is vacuumed by count, as the outbox: for a migration of each service, `vacuum_inbox_by_count(op)`.

Takes no lock that a running worker would wait for.
"""

from shared.messaging.tables import VACUUM_BY_COUNT, Migration


def vacuum_inbox_by_count(op: Migration) -> None:
    """Changes nothing in a database that was made after the table was declared so."""
    settings = ", ".join(f"{name} = {value}" for name, value in VACUUM_BY_COUNT.items())
    op.get_bind().exec_driver_sql(f"alter table inbox set ({settings})")
