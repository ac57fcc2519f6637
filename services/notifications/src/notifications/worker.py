"""The worker: plans from `submissions.v1`, ticks, mails. Each part stands alone; here they are put together."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncEngine

from notifications.channels.email.message import TASK_PATH, Composer
from notifications.commands.plan import Planner, planner_of
from notifications.commands.send import Sender
from notifications.commands.tick import Ticker
from notifications.events import Teller
from notifications.rules import contact
from notifications.settings import NotificationsSettings
from notifications.store import write
from shared.catalogue import Catalogue
from shared.clock import Clock
from shared.events import SUBMISSIONS
from shared.messaging import Apply, ServiceWorker
from shared.runtime import Runtime
from shared.text import messages

CATALOGUE = "catalogue"


def composer_of(settings: NotificationsSettings, catalogue: Catalogue) -> Composer:
    return Composer(
        catalogue=catalogue,
        messages=messages.load("notifications"),
        holidays=catalogue.calendar.holidays(),
        sender=settings.sender,
        domain=settings.contact_domain,
        task_url=settings.submissions_url.rstrip("/") + TASK_PATH,
    )


async def seed_contacts(engine: AsyncEngine, catalogue: Catalogue, domain: str, clock: Clock) -> None:
    rows = [
        {"unit": unit, "role": role, "email": email, "changed_by": CATALOGUE, "changed_at": clock.now()}
        for unit, role, email in contact.addresses(catalogue.units.values(), domain)
    ]
    async with engine.begin() as tx:
        await write.seed_contacts(tx, rows)


def effects_of(planner: Planner) -> dict[str, Apply]:
    """Topic → what its events do."""
    return {SUBMISSIONS: planner.apply}


def create_worker(settings: NotificationsSettings) -> ServiceWorker:
    """Raises CatalogueError, and ValueError for an SMTP_URL that cannot be read."""
    runtime = Runtime(settings)
    teller = Teller(runtime.catalogue.version)
    planner = planner_of(settings, runtime.catalogue, runtime.clock)
    ticker = Ticker(runtime.engine, runtime.clock, teller, settings.tick_seconds)
    composer = composer_of(settings, runtime.catalogue)
    sender = Sender(runtime.engine, runtime.clock, settings, composer, teller)

    async def send(stopping: asyncio.Event) -> None:
        """Contacts first: a reminder without one would be given up."""
        await seed_contacts(runtime.engine, runtime.catalogue, settings.contact_domain, runtime.clock)
        await sender.run(stopping)

    return ServiceWorker(settings, runtime.engine, effects=effects_of(planner), loops=[ticker.run, send])
