"""`python -m audit serve | api | worker | migrate | rewind`."""

import sys

from audit.app import create_app
from audit.settings import AuditSettings
from audit.worker import create_worker
from shared.messaging.restore.rewind import rewind
from shared.service import Service, main

SERVICE = Service("audit", AuditSettings, create_app, create_worker, {"rewind": rewind})

if __name__ == "__main__":
    sys.exit(main(SERVICE))
