"""A database made by yesterday's code and a fresh one vacuum their inbox alike."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from shared.database.migration import migrate
from shared.messaging.tables import VACUUM_BY_COUNT

from .test_dead_letters import engine_of

SERVICES = {"submissions": "0003", "aggregation": "0004", "notifications": "0003", "audit": "0006"}
OPTIONS = sa.text("select relname, reloptions from pg_class where relname in ('inbox', 'outbox')")


@pytest.mark.parametrize("service", SERVICES)
def test_old_and_fresh_databases_vacuum_by_count(service: str, database: Callable[[str], str]) -> None:
    fresh, old = database(service), database(service)
    migrate(fresh, service)
    migrate(old, service, SERVICES[service])
    with engine_of(old).begin() as tx:
        tx.exec_driver_sql(f"alter table inbox reset ({', '.join(VACUUM_BY_COUNT)})")
    migrate(old, service)
    expected = sorted(f"{name}={value}" for name, value in VACUUM_BY_COUNT.items())
    for url in (fresh, old):
        with engine_of(url).connect() as connection:
            found = {row.relname: sorted(row.reloptions) for row in connection.execute(OPTIONS)}
        assert found == {"inbox": expected, "outbox": expected}
