"""The tables that the code describes are those of the migrations."""

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from audit.store.tables import metadata
from services.audit.tests.audit_driver import Audit


async def test_the_migration_makes_the_tables_that_the_code_describes(audit: Audit) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        own = set(metadata.tables)
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or name in own}
        )
        return [d for d in compare_metadata(context, metadata) if "remove_table" not in str(d)]

    async with audit.engine.connect() as tx:
        assert await tx.run_sync(differences) == []
