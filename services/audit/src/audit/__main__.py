"""`python -m audit serve | api | worker | migrate`."""

import sys
from typing import TYPE_CHECKING

from shared.process.start import start

if TYPE_CHECKING:
    from shared.process.service import Service


def load() -> "Service":
    from audit.app import create_app
    from audit.settings import AuditSettings
    from audit.worker import create_worker
    from shared.process.service import Service

    return Service("audit", AuditSettings, create_app, create_worker)


if __name__ == "__main__":
    sys.exit(start(load))
