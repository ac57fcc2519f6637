"""The worker: plans from `submissions.v1`, ticks, sends. Each part stands alone; here they are put together."""

import asyncio
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from notifications.channels.registry import Channels, create_channels
from notifications.commands.plan import Planner, planner_of
from notifications.commands.seed_contacts import seed_contacts
from notifications.commands.send import Sender
from notifications.commands.tick import Ticker
from notifications.events import EventFactory
from notifications.settings import NotificationsSettings
from notifications.store.contact import channels_in_use
from shared.database.idempotency import forgetting
from shared.events import SUBMISSIONS
from shared.messaging import Apply, ServiceWorker
from shared.messaging.restore.first_look import look_first
from shared.runtime import Runtime

GATHER_SECONDS = 0.1  # a reminder is planned for days ahead


def effects_of(planner: Planner) -> dict[str, Apply]:
    """Topic → what its events do."""
    return {SUBMISSIONS: planner.apply}


class NotificationsWorker(ServiceWorker):
    """Does not start while contacts are stored for a channel that does not exist."""

    channels: Channels

    async def start(self) -> None:
        """Raises StartError."""
        with suppress(SQLAlchemyError, OSError):  # a database that is away stops nothing: the worker waits for it
            await check_stored_channels(self.engine, self.channels)
        await super().start()


async def check_stored_channels(engine: AsyncEngine, channels: Channels) -> None:
    async with engine.connect() as tx:
        channels.require(await channels_in_use(tx))


def create_worker(settings: NotificationsSettings) -> NotificationsWorker:
    """Raises CatalogueError, and StartError for a channel that cannot be made."""
    runtime = Runtime(settings)
    channels = create_channels(settings, runtime.catalogue)
    event_factory = EventFactory(runtime.catalogue.version)
    planner = planner_of(settings, runtime.catalogue, channels, runtime.clock)
    ticker = Ticker(
        runtime.engine, runtime.clock, event_factory, channels.default.name, every_seconds=settings.tick_seconds
    )
    sender = Sender(runtime.engine, runtime.clock, settings, channels, event_factory, runtime.catalogue)

    async def send(stopping: asyncio.Event) -> None:
        """Contacts first: a reminder without one would be given up."""
        await seed_contacts(runtime.engine, runtime.catalogue, channels, runtime.clock)
        await look_first(settings, runtime.engine)
        await sender.run(stopping)

    async def tick(stopping: asyncio.Event) -> None:
        await look_first(settings, runtime.engine)
        await ticker.run(stopping)

    loops = [tick, send, forgetting(runtime.engine)]
    worker = NotificationsWorker(
        settings,
        runtime.engine,
        effects=effects_of(planner),
        loops=loops,
        gather_seconds=GATHER_SECONDS,
        gist_of=planner.gist,
    )
    worker.channels = channels
    return worker
