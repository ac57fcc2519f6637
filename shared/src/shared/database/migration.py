"""Migrations by Alembic from the service's own package; a running service imports none of this."""

from collections.abc import Mapping
from importlib.resources import files

from alembic import command, context
from alembic.config import Config
from sqlalchemy import MetaData, create_engine, pool
from sqlalchemy.engine import make_url


def migrate(database_url: str, package: str, revision: str = "head", tls: Mapping[str, str] | None = None) -> None:
    """Bring the database of `package` (e.g. ``submissions``) to its newest revision, or no further than to one.

    `tls` is what libpq is told of it, as `sslmode`.
    """
    config = Config()
    config.set_main_option("script_location", str(files(package).joinpath("store", "migrations")))
    url = make_url(database_url).set(drivername="postgresql+psycopg")
    config.attributes["database_url"] = url.update_query_dict(tls or {})
    command.upgrade(config, revision)


def run_migrations(metadata: MetaData) -> None:
    """The body of every service's `store/migrations/env.py`."""
    engine = create_engine(context.config.attributes["database_url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        # Two starters at once: the second waits, then finds nothing to do.
        connection.exec_driver_sql("select pg_advisory_lock(727001)")
        connection.commit()
        context.configure(connection=connection, target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()
