"""The worker: plans from `submissions.v1`, ticks, mails. Each part stands alone; here they are put together."""

import asyncio
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from notifications.channels.email.message import TASK_PATH, Composer
from notifications.commands.plan import planner_of
from notifications.commands.send import Sender
from notifications.commands.tick import Ticker
from notifications.events import Teller
from notifications.rules import contact
from notifications.settings import Settings
from notifications.store import write
from shared.catalogue import Catalogue, load
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.events import SUBMISSIONS
from shared.messaging import ServiceWorker
from shared.text import messages

CATALOGUE = "catalogue"


def composer_of(settings: Settings, catalogue: Catalogue) -> Composer:
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


def create_worker(settings: Settings) -> ServiceWorker:
    """Raises CatalogueError, and ValueError for an SMTP_URL that cannot be read."""
    catalogue = load(settings.catalogue_path)
    clock = Clock(timedelta(seconds=settings.clock_offset_seconds))
    engine = create_engine(settings)
    teller = Teller(catalogue.version)
    planner = planner_of(settings, catalogue, clock)
    ticker = Ticker(engine, clock, teller, settings.tick_seconds)
    sender = Sender(engine, clock, settings, composer_of(settings, catalogue), teller)

    async def send(stopping: asyncio.Event) -> None:
        """Contacts first: a reminder without one would be given up."""
        await seed_contacts(engine, catalogue, settings.contact_domain, clock)
        await sender.run(stopping)

    return ServiceWorker(settings, engine, topics=[SUBMISSIONS], apply=planner.apply, loops=[ticker.run, send])
