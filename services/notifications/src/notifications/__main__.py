"""`python -m notifications serve | api | worker | migrate | rewind | erase`."""

import sys

from notifications.app import create_app
from notifications.settings import NotificationsSettings
from notifications.store.tables import metadata
from notifications.worker import create_worker
from shared.erasure.erase import erase_from
from shared.messaging.restore.rewind import rewind
from shared.service import Service, main

SERVICE = Service(
    "notifications", NotificationsSettings, create_app, create_worker, {"rewind": rewind, "erase": erase_from(metadata)}
)

if __name__ == "__main__":
    sys.exit(main(SERVICE))
