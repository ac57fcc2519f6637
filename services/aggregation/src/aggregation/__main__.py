"""`python -m aggregation serve | api | worker | migrate | replay`."""

import sys
from typing import TYPE_CHECKING

from shared.process.start import start

if TYPE_CHECKING:
    from shared.process.service import Service


def load() -> "Service":
    from aggregation.app import create_app
    from aggregation.rebuild import replay
    from aggregation.settings import AggregationSettings
    from aggregation.worker import create_worker
    from shared.process.service import Service

    return Service("aggregation", AggregationSettings, create_app, create_worker, {"replay": replay})


if __name__ == "__main__":
    sys.exit(start(load))
