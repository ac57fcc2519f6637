"""The worker: submissions in, indicators out."""

import asyncio
from datetime import timedelta

from aggregation.commands.aggregate import Aggregator
from aggregation.rules.plan import Plan
from aggregation.settings import Settings
from shared.catalogue import load
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.events import SUBMISSIONS
from shared.messaging import ServiceWorker


def create_worker(settings: Settings) -> ServiceWorker:
    aggregator = Aggregator(
        Plan(load(settings.catalogue_path)), Clock(timedelta(seconds=settings.clock_offset_seconds))
    )
    engine = create_engine(settings, pool_size=2)

    async def leave_out(stopping: asyncio.Event) -> None:
        """Once, in case this catalogue knows of a reorganisation that the last one did not."""
        async with engine.begin() as tx:
            await aggregator.leave_out(tx)

    return ServiceWorker(settings, engine, topics=(SUBMISSIONS,), apply=aggregator.apply, loops=(leave_out,))
