"""Migrations by Alembic from the service's own package; a running service imports none of this."""

from collections.abc import Mapping
from importlib.resources import files

from alembic import command, context
from alembic.config import Config
from sqlalchemy import MetaData, create_engine, pool
from sqlalchemy.engine import make_url

from shared.database.rights import grant_rights
from shared.settings.database import DatabaseSettings


def migrate_by(settings: DatabaseSettings, package: str) -> None:
    """As the role that owns the tables; the one that serves gets its rights on them."""
    owner = settings.as_owner()
    url = owner.database().render_as_string(hide_password=False)
    migrate(url, package, tls=owner.libpq_tls(), serving=settings.database().username)


def migrate(
    database_url: str,
    package: str,
    revision: str = "head",
    tls: Mapping[str, str] | None = None,
    serving: str | None = None,
) -> None:
    """Bring the database of `package` (e.g. ``submissions``) to its newest revision, or no further than to one.

    `tls` is what libpq is told of it, as `sslmode`. `serving`: the role that gets its rights on the tables.
    """
    config = Config()
    config.set_main_option("script_location", str(files(package).joinpath("store", "migrations")))
    url = make_url(database_url).set(drivername="postgresql+psycopg")
    config.attributes["database_url"] = url.update_query_dict(tls or {})
    config.attributes["serving"] = serving
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
            if serving := context.config.attributes["serving"]:
                grant_rights(connection, metadata.sorted_tables, serving)
    engine.dispose()
