"""`python -m audit serve | api | worker | migrate`."""

import sys

from audit.app import create_app
from audit.settings import AuditSettings
from audit.worker import create_worker
from shared.service import Service, main

SERVICE = Service("audit", AuditSettings, create_app, create_worker)

if __name__ == "__main__":
    sys.exit(main(SERVICE))
