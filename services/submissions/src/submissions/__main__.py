"""`python -m submissions serve | api | worker | migrate`."""

import sys
from typing import TYPE_CHECKING

from shared.process.start import start

if TYPE_CHECKING:
    from shared.process.service import Service


def load() -> "Service":
    from shared.process.service import Service
    from submissions.app import create_app
    from submissions.settings import SubmissionsSettings
    from submissions.worker import create_worker

    return Service("submissions", SubmissionsSettings, create_app, create_worker)


if __name__ == "__main__":
    sys.exit(start(load))
