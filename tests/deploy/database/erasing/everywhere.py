"""Looking for words in every column of every table that a database has."""

import json
from typing import Any

from psycopg import sql

from tests.deploy.database.erasing.rows import Connection

_COLUMNS = """
select table_name, column_name, data_type from information_schema.columns
where table_schema = 'public' order by table_name, ordinal_position
"""


def everything(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables as PostgreSQL writes them, by table."""
    tables = dict.fromkeys(str(name) for name, _, _ in connection.execute(_COLUMNS))
    select = sql.SQL("select one::text from {} one order by 1")
    return {name: connection.execute(select.format(sql.Identifier(name))).fetchall() for name in tables}


def where(connection: Connection, words: str) -> set[str]:
    """`table.column` of each place that holds them, as text, in a list, in JSON or in bytes."""
    patterns = [f"%{one}%".replace("\\", "\\\\") for one in (words, json.dumps(words)[1:-1])]
    found = set()
    for table, column, kind in connection.execute(_COLUMNS).fetchall():
        as_text = sql.SQL("convert_from({}, 'UTF8')" if kind == "bytea" else "{}::text")
        holds = sql.SQL("select exists (select from {} where {} like any (%s))").format(
            sql.Identifier(str(table)), as_text.format(sql.Identifier(str(column)))
        )
        if connection.execute(holds, [patterns]).fetchone() == (True,):
            found.add(f"{table}.{column}")
    return found
