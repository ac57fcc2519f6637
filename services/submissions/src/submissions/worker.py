"""The worker: only the relay. This service consumes nothing, and forgets idempotency keys after a week."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database import create_engine
from shared.messaging import ServiceWorker
from shared.web import idempotency
from submissions.settings import Settings

KEEP_KEYS = timedelta(days=7)
EVERY_SECONDS = 3600.0


def create_worker(settings: Settings) -> ServiceWorker:
    engine = create_engine(settings, pool_size=3)

    async def forget_keys(stop: asyncio.Event) -> None:
        while not stop.is_set():
            await forget_old_keys(engine, datetime.now(UTC))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_SECONDS)

    return ServiceWorker(settings, engine, loops=[forget_keys])


async def forget_old_keys(engine: AsyncEngine, now: datetime) -> int:
    async with engine.begin() as tx:
        return await idempotency.forget(tx, now - KEEP_KEYS)
