"""What the role that serves may do with the tables of a service. Another role owns them: who serves can neither change
their form nor lift a trigger, and of what is final it changes and removes nothing (docs/decisions/0033).

A table says so where it is declared: `Table(…, info=FINAL)`. What nobody declares is closed to it.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

RIGHTS = "rights"
KEPT = ("select", "insert", "update")
"""Of a table that says nothing: its rows change and stay."""
FINAL = {RIGHTS: ("select", "insert")}
"""Its rows are never changed nor removed."""
READ_ONLY = {RIGHTS: ("select",)}
"""Only the owner of the tables writes it."""
PASSING = {RIGHTS: (*KEPT, "delete")}
"""Its rows go when they are no longer needed."""


def changing(*columns: str) -> dict[str, tuple[str, ...]]:
    """Of its rows these columns change, the rest is final."""
    return {RIGHTS: ("select", "insert", f"update ({', '.join(columns)})")}


def rights_of(table: sa.Table) -> tuple[str, ...]:
    declared: tuple[str, ...] = table.info.get(RIGHTS, KEPT)
    return declared


def grant_rights(connection: sa.Connection, tables: Iterable[sa.Table], role: str) -> None:
    """To `role` what the tables declare, as far as they exist, and nothing else of the schema. Does nothing where the
    same role owns the tables."""
    if role == connection.exec_driver_sql("select current_user").scalar_one():
        return
    quote: Any = connection.dialect.identifier_preparer.quote
    connection.exec_driver_sql(f"revoke all on all tables in schema public from {quote(role)}")
    there = set(sa.inspect(connection).get_table_names("public"))
    for table in tables:
        if table.name in there:
            may = ", ".join(rights_of(table))
            connection.exec_driver_sql(f"grant {may} on public.{quote(table.name)} to {quote(role)}")
