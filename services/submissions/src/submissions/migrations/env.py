from shared.database import run_migrations
from submissions.tables import metadata

run_migrations(metadata)
