from shared.migration import run_migrations
from submissions.tables import metadata

run_migrations(metadata)
