"""Bring several services' databases to their newest form in one process: four would import everything four times.

Run as `python -m tiendo_local.migrations submissions audit …`, with each service's `<SERVICE>_DATABASE_URL`.
Does what `python -m <service> migrate` does for each.
"""

import os
import sys

from shared.database.migration import migrate
from tiendo_local.services import url_variable


def main() -> None:
    for service in sys.argv[1:]:
        try:
            migrate(os.environ[url_variable(service)], service)
        except Exception:
            print(f"{service}: migration failed", file=sys.stderr, flush=True)
            raise


if __name__ == "__main__":
    main()
