"""PostgreSQL: one engine per process, its statements timed out and traced."""

from typing import Any

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.database.pooled_connection import check_when_taken
from shared.database.statement_span import trace_statements
from shared.settings import ServiceSettings

STATEMENT_TIMEOUT_MS = 30_000
SCHEMAS = "tiendo_schemas"
"""The execution option with the address of the schemas of events."""
IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000


def create_engine(
    settings: ServiceSettings,
    *,
    pool_size: int = 8,
    schema: str = "public",
    statement_timeout_ms: int = STATEMENT_TIMEOUT_MS,
) -> AsyncEngine:
    """An engine whose statements are timed out and traced. Names without a schema are looked up in `schema`.

    Raises OSError for a file of the settings that was there at the start and is no more.
    """
    engine = create_async_engine(
        settings.database().set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=4,
        # Errors name the statement, never what somebody typed into it.
        hide_parameters=True,
        json_serializer=_json,
        # What an event that is written through this engine says of its schema (`messaging/outbox.py`).
        execution_options={SCHEMAS: settings.schemas},
        connect_args={
            "timeout": 10,
            # A host that falls silent must not hold a request longer than PostgreSQL itself would.
            "command_timeout": statement_timeout_ms / 1000 + 5,
            **settings.asyncpg_tls(),
            "server_settings": {"application_name": settings.service, "timezone": "UTC"},
        },
    )
    check_when_taken(engine)
    trace_statements(engine)
    _set_at_connection(engine, schema, statement_timeout_ms)
    return engine


def _json(value: Any) -> str:
    return to_json(value).decode()


def _set_at_connection(engine: AsyncEngine, schema: str, statement_timeout_ms: int) -> None:
    """By statement, once for each connection: as startup parameters PgBouncer would refuse them or drop them."""
    search_path = f"search_path to {schema}"
    settings = (
        f"set {search_path}; set statement_timeout to {statement_timeout_ms}; "
        f"set idle_in_transaction_session_timeout to {IDLE_IN_TRANSACTION_TIMEOUT_MS}; set jit to off"
    )

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _: object) -> None:
        connection.run_async(lambda driver: driver.execute(settings))

    if schema != "public":
        # Behind a pooler of transactions the session's setting would be another's: never write into the live tables.
        @event.listens_for(engine.sync_engine, "begin")
        def begun(connection: sa.Connection) -> None:
            connection.exec_driver_sql(f"set local {search_path}")
