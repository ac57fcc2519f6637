"""What an erasure leaves in the database: which text of which row, on whose request, when; never the words."""

from typing import Any

import sqlalchemy as sa

from shared.database.rights import READ_ONLY

NAME = "erasure"


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("table_name", sa.Text, nullable=False),
        sa.Column("row_id", sa.Text, nullable=False),
        sa.Column("column_name", sa.Text, nullable=False),  # with the part: narrative/difficulties
        sa.Column("characters", sa.Integer, nullable=False),
        sa.Column("request", sa.Text, nullable=False),  # the number of the file, or an opaque id
        sa.Column("reason", sa.Text, nullable=False),  # a code
        sa.Column("erased_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=sa.func.now()),
    ]


def erasure_table(metadata: sa.MetaData) -> sa.Table:
    """Declare it on a service's metadata."""
    return sa.Table(NAME, metadata, *_columns(), info=READ_ONLY)


def create_erasure_table(op: Any) -> None:
    """For a migration: `op` is alembic's."""
    op.create_table(NAME, *_columns())
