"""The migrations make the tables that the code declares."""

import sqlalchemy as sa

from services.aggregation.tests.drivers.projection import Projection


async def test_the_migration_makes_the_declared_tables(projection: Projection) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from aggregation.store.tables import metadata

    def differences(connection: sa.Connection) -> list[object]:
        declared = set(metadata.tables)
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or name in declared}
        )
        return list(compare_metadata(context, metadata))

    async with projection.engine.connect() as tx:
        assert [d for d in await tx.run_sync(differences) if "comment" not in str(d)[:40]] == []
