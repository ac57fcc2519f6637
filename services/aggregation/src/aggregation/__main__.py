"""`python -m aggregation serve | api | worker | migrate | replay | rewind | erase`."""

import sys

from aggregation.app import create_app
from aggregation.rebuild import replay
from aggregation.settings import AggregationSettings
from aggregation.store.tables import metadata
from aggregation.worker import create_worker, rewind_with_sums
from shared.erasure.erase import erase_from
from shared.service import Service, main

if __name__ == "__main__":
    commands = {"replay": replay, "rewind": rewind_with_sums, "erase": erase_from(metadata)}
    sys.exit(main(Service("aggregation", AggregationSettings, create_app, create_worker, commands)))
