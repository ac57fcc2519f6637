from shared.database.migration import run_migrations
from submissions.store.tables import metadata

run_migrations(metadata)
