"""`python -m audit serve | api | worker | migrate | rewind | erase`."""

import sys

from audit.app import create_app
from audit.settings import AuditSettings
from audit.store.tables import metadata
from audit.worker import create_worker
from shared.erasure.erase import erase_from
from shared.messaging.restore.rewind import rewind
from shared.service import Service, main

SERVICE = Service("audit", AuditSettings, create_app, create_worker, {"rewind": rewind, "erase": erase_from(metadata)})

if __name__ == "__main__":
    sys.exit(main(SERVICE))
