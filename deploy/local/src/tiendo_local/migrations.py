"""Bring several services' databases to their newest form in one process: four would import everything four times.

Run as `python -m tiendo_local.migrations submissions audit …`, with each service's `<SERVICE>_DATABASE_…`.
Does what `python -m <service> migrate` does for each.
"""

import sys

from shared.database.migration import migrate_by
from shared.settings.database import DatabaseSettings


def main() -> None:
    for service in sys.argv[1:]:
        try:
            migrate_by(DatabaseSettings(_env_prefix=f"{service.upper()}_"), service)
        except Exception:
            print(f"{service}: migration failed", file=sys.stderr, flush=True)
            raise


if __name__ == "__main__":
    main()
