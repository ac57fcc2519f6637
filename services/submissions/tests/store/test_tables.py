"""The migrations make the tables that the code declares."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import make_url

from submissions.store.tables import metadata


def test_the_migrated_database_has_the_declared_tables(
    database: Callable[..., str], migrated: Callable[[str], str]
) -> None:
    url = database("submissions", template=migrated("submissions"))
    engine = sa.create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=sa.NullPool)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
