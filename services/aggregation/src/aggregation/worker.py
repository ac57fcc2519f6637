"""The worker: submissions in, indicators out."""

import asyncio

from aggregation.commands.aggregate import Aggregator
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
    aggregator = Aggregator(PlanIndex(runtime.catalogue), runtime.clock)

    async def leave_out(stopping: asyncio.Event) -> None:
        """Once, in case this catalogue knows of a reorganisation that the last one did not."""
        async with runtime.engine.begin() as tx:
            await aggregator.leave_out(tx)

    return ServiceWorker(settings, runtime.engine, effects=effects_of(aggregator), loops=(leave_out,))
