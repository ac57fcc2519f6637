"""PostgreSQL: one engine per process, migrations by Alembic from the service's own package."""

from importlib.resources import files

from alembic import command, context
from alembic.config import Config
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from sqlalchemy import MetaData, pool
from sqlalchemy import create_engine as create_sync_engine
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.settings import ServiceSettings

STATEMENT_TIMEOUT_MS = 30_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000


def create_engine(settings: ServiceSettings, *, pool_size: int = 8) -> AsyncEngine:
    """An engine whose statements are timed out and traced."""
    engine = create_async_engine(
        make_url(settings.database_url.get_secret_value()).set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=4,
        pool_pre_ping=True,
        connect_args={
            "timeout": 10,
            "server_settings": {
                "application_name": settings.service,
                "timezone": "UTC",
                "statement_timeout": str(STATEMENT_TIMEOUT_MS),
                "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_TIMEOUT_MS),
                "jit": "off",
            },
        },
    )
    # 0.66b1 declares SQLAlchemy < 2.1 and would silently trace nothing; a test asserts that a span appears.
    SQLAlchemyInstrumentor().instrument(engine=engine.sync_engine, skip_dep_check=True)
    return engine


def migrate(database_url: str, package: str) -> None:
    """Bring the database of `package` (e.g. ``submissions``) to its newest revision."""
    config = Config()
    config.set_main_option("script_location", str(files(package).joinpath("migrations")))
    config.attributes["database_url"] = database_url
    command.upgrade(config, "head")


def run_migrations(metadata: MetaData) -> None:
    """The body of every service's `migrations/env.py`."""
    url = make_url(context.config.attributes["database_url"]).set(drivername="postgresql+psycopg")
    engine = create_sync_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        # Two starters at once: the second waits, then finds nothing to do.
        connection.exec_driver_sql("select pg_advisory_lock(727001)")
        connection.commit()
        context.configure(connection=connection, target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()
