from audit.store.tables import metadata
from shared.migration import run_migrations

run_migrations(metadata)
