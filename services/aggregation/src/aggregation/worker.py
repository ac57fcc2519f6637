"""The worker: submissions in, indicators out."""

import asyncio

from aggregation.commands.aggregate import Aggregator
from aggregation.commands.leave_out import leave_out
from aggregation.commands.publish import publishing
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from shared.events import SUBMISSIONS
from shared.messaging import Apply, ServiceWorker
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
    return ServiceWorker(
        settings,
        runtime.engine,
        effects=effects_of(aggregator),
        loops=(leave_out_once, publishing(runtime.engine, plan, runtime.clock)),
        gist_of=aggregator.gist,
    )
