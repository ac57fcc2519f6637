"""The worker: submissions in, indicators out."""

import asyncio

from aggregation.commands.aggregate import Aggregator
from aggregation.commands.leave_out import leave_out
from aggregation.commands.publish import publishing
from aggregation.commands.put_back import put_back
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from shared.catalogue import load
from shared.events import SUBMISSIONS
from shared.messaging import Apply, ServiceWorker
from shared.messaging.restore.rewind import rewind
from shared.runtime import Runtime


def effects_of(aggregator: Aggregator) -> dict[str, Apply]:
    """Topic → what its events do."""
    return {SUBMISSIONS: aggregator.apply}


def create_worker(settings: AggregationSettings) -> ServiceWorker:
    """Raises CatalogueError."""
    runtime = Runtime(settings, pool_size=2)
    plan = PlanIndex(runtime.catalogue)

    async def leave_out_once(stopping: asyncio.Event) -> None:
        """In case this catalogue knows of a reorganisation that the last one did not."""
        await leave_out(runtime.engine, plan, runtime.clock)

    aggregator = Aggregator(plan, runtime.clock)
    publish = publishing(runtime.engine, plan, runtime.clock, lambda: not worker.relay.unsure)
    worker = ServiceWorker(
        settings,
        runtime.engine,
        effects=effects_of(aggregator),
        loops=(leave_out_once, publish),
        gist_of=aggregator.gist,
    )
    return worker


def rewind_with_sums(settings: AggregationSettings, argv: list[str]) -> int:
    """`rewind`, which also puts back what was published of secret sums. Raises CatalogueError."""
    plan = PlanIndex(load(settings.catalogue_path))
    return rewind(settings, argv, lambda tx, own: put_back(tx, plan, own))
