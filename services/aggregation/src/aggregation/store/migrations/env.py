from aggregation.store.tables import metadata
from shared.database.migration import run_migrations

run_migrations(metadata)
