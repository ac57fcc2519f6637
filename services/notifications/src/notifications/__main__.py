"""`python -m notifications serve | api | worker | migrate`."""

import sys
from typing import TYPE_CHECKING

from shared.process.start import start

if TYPE_CHECKING:
    from shared.process.service import Service


def load() -> "Service":
    from notifications.app import create_app
    from notifications.settings import NotificationsSettings
    from notifications.worker import create_worker
    from shared.process.service import Service

    return Service("notifications", NotificationsSettings, create_app, create_worker)


if __name__ == "__main__":
    sys.exit(start(load))
