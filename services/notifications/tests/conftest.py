"""A migrated database per test, a clock that stands where the test puts it, and events as Kafka would bring them."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from aiokafka import ConsumerRecord
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from notifications.app import create_app
from notifications.commands.plan import planner_of
from notifications.commands.send import Sender
from notifications.commands.tick import Ticker
from notifications.events import Teller
from notifications.settings import NotificationsSettings
from notifications.store.tables import messaging
from notifications.worker import composer_of, seed_contacts
from shared.catalogue import Catalogue, load
from shared.clock import VIETNAM, Clock
from shared.database.engine import create_engine
from shared.events import (
    Event,
    EventData,
    ObligationOpened,
    SubmissionReceived,
    SubmissionReturned,
    SubmissionWithdrawn,
    parse,
)
from shared.messaging import BatchConsumer
from tiendo_local.issuer import Issuer

DUE = datetime(2026, 12, 15, tzinfo=VIETNAM)
START = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
UNIT = "24736@2025-07-01"


class StandingClock(Clock):
    """Time moves when the test says so."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.at = now

    def now(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Told:
    """Events of one obligation, numbered as submissions numbers them."""

    id: UUID = field(default_factory=uuid4)
    unit: str = UNIT
    form: str = "B01-XA"
    period: str = "2026"
    due_at: datetime = DUE

    def _common(self, version: int) -> dict[str, Any]:
        names = {"obligation": "O1", "form": self.form, "unit": self.unit, "period": self.period}
        return {**names, "obligation_id": self.id, "version": version}

    def opened(self, version: int = 1) -> ObligationOpened:
        return ObligationOpened(**self._common(version), due_at=self.due_at)

    def received(self, version: int = 2) -> SubmissionReceived:
        return SubmissionReceived(
            **self._common(version),
            submission_id=uuid4(),
            revision=1,
            received_at=START,
            due_at=self.due_at,
            content_sha256="0" * 64,
            observations=[],
        )

    def returned(self, at: datetime, version: int = 3) -> SubmissionReturned:
        return SubmissionReturned(**self._common(version), submission_id=uuid4(), revision=1, decided_at=at)

    def withdrawn(self, at: datetime, version: int = 3) -> SubmissionWithdrawn:
        return SubmissionWithdrawn(**self._common(version), submission_id=uuid4(), revision=1, decided_at=at)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture
def settings(migrated: Callable[[str], str], database: Any) -> NotificationsSettings:
    return NotificationsSettings(
        database_url=database("notifications", template=migrated("notifications")),
        environment="test",
        settle_seconds=0,
        smtp_timeout_seconds=3,
        smtp_url="smtp://127.0.0.1:1",
    )


@pytest.fixture
async def engine(settings: NotificationsSettings) -> AsyncIterator[AsyncEngine]:
    made = create_engine(settings)
    yield made
    await made.dispose()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(START)


@dataclass
class Office:
    """The service's parts on one database, each run by hand."""

    engine: AsyncEngine
    settings: NotificationsSettings
    clock: StandingClock
    catalogue: Catalogue

    def __post_init__(self) -> None:
        teller = Teller(self.catalogue.version)
        self.planner = planner_of(self.settings, self.catalogue, self.clock)
        self.ticker = Ticker(self.engine, self.clock, teller, 1)
        self.consumer = BatchConsumer(self.engine, "notifications", self.planner.apply)
        self._offsets: Iterator[int] = itertools.count()

    def sender(self, port: int, **changes: Any) -> Sender:
        settings = self.settings.model_copy(
            update={"smtp_url": type(self.settings.smtp_url)(f"smtp://127.0.0.1:{port}"), **changes}
        )
        teller = Teller(self.catalogue.version)
        return Sender(self.engine, self.clock, settings, composer_of(settings, self.catalogue), teller)

    async def hear(self, *told: EventData, traceparent: str | None = None) -> None:
        """As one batch of submissions.v1."""
        await self.consumer.consume([self._record(data, traceparent) for data in told])

    def _record(self, data: EventData, traceparent: str | None) -> ConsumerRecord:
        key = str(getattr(data, "obligation_id", "key"))
        event = Event.of(data, source="/submissions", subject=key, time=self.clock.now(), catalogue_version="c")
        value = event.model_copy(update={"traceparent": traceparent}).to_bytes()
        offset = next(self._offsets)
        return ConsumerRecord("submissions.v1", 0, offset, 0, 0, key.encode(), value, None, -1, -1, ())

    async def rows(self, query: str, **values: Any) -> list[Any]:
        async with self.engine.connect() as tx:
            return list((await tx.execute(sa.text(query), values)).all())

    async def change(self, *statements: str) -> None:
        async with self.engine.begin() as tx:
            for statement in statements:
                await tx.execute(sa.text(statement))

    async def states(self, obligation_id: UUID, role: str = "reporter") -> dict[str, str]:
        query = "select stage, state from reminder where obligation_id = :id and role = :role"
        return {row.stage: row.state for row in await self.rows(query, id=obligation_id, role=role)}

    async def published(self) -> list[Event]:
        async with self.engine.connect() as tx:
            values = await tx.execute(sa.select(messaging.outbox.c.value).order_by(messaging.outbox.c.id))
            return [parse(value) for value in values.scalars()]


@pytest.fixture
async def office(
    engine: AsyncEngine, settings: NotificationsSettings, clock: StandingClock, catalogue: Catalogue
) -> Office:
    await seed_contacts(engine, catalogue, settings.contact_domain, clock)
    return Office(engine, settings, clock, catalogue)


@pytest.fixture
def told() -> Callable[..., Told]:
    return Told


@dataclass
class Asker:
    """The API on the office's database; `as_` gives a client with somebody's token."""

    app: FastAPI
    issuer: Issuer

    def as_(self, role: str, unit: str = "SO_NOI_VU", **headers: str) -> httpx.AsyncClient:
        token = self.issuer.token(role, unit)
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://test",
            headers={"Authorization": f"Bearer {token}", **headers},
        )


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture
async def asker(office: Office, issuer: Issuer) -> AsyncIterator[Asker]:
    settings = office.settings.model_copy(
        update={"jwks_file": issuer.jwks_file, "mailbox_url": "http://127.0.0.1:8025"}
    )
    app = create_app(settings, office.clock)
    async with app.router.lifespan_context(app):
        yield Asker(app, issuer)
