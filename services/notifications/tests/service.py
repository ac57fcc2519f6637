"""The service's parts on one database, events as Kafka would bring them, and a clock that stands."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import sqlalchemy as sa
from aiokafka import ConsumerRecord
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from notifications.channels.registry import create_channels
from notifications.commands.plan import planner_of
from notifications.commands.send import Sender
from notifications.commands.tick import Ticker
from notifications.events import EventFactory
from notifications.settings import NotificationsSettings
from notifications.store.tables import messaging
from shared.calendar import VIETNAM
from shared.catalogue import Catalogue
from shared.clock import Clock
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
from tests.support.databases import owner
from tiendo_local.issuer import Issuer

DUE = datetime(2026, 12, 15, tzinfo=VIETNAM)
START = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
UNIT, OTHER = "24736@2025-07-01", "SO_Y_TE"


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
class ObligationEvents:
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


MakeEvents = type[ObligationEvents]
TwoEvents = tuple[ObligationEvents, ObligationEvents]


@dataclass
class Parts:
    """Planner, ticker and senders, each run by hand."""

    engine: AsyncEngine
    settings: NotificationsSettings
    clock: StandingClock
    catalogue: Catalogue

    def __post_init__(self) -> None:
        self.channels = create_channels(self.settings, self.catalogue)
        self.event_factory = EventFactory(self.catalogue.version)
        self.planner = planner_of(self.settings, self.catalogue, self.channels, self.clock)
        default = self.channels.default.name
        self.ticker = Ticker(self.engine, self.clock, self.event_factory, default, every_seconds=1)
        self.consumer = BatchConsumer(self.engine, "notifications", self.planner.apply)
        self._offsets: Iterator[int] = itertools.count()

    def sender(self, port: int, **changes: Any) -> Sender:
        """Its mail goes to the server on `port`."""
        changes = {"smtp_url": SecretStr(f"smtp://127.0.0.1:{port}"), **changes}
        settings = self.settings.model_copy(update=changes)
        channels = create_channels(settings, self.catalogue)
        return Sender(self.engine, self.clock, settings, channels, self.event_factory, self.catalogue)

    async def consume(self, *data: EventData, traceparent: str | None = None) -> None:
        """As one batch of submissions.v1."""
        await self.consumer.consume([self._record(each, traceparent) for each in data])

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
        """As the owner of the tables."""
        async with owner(self.engine) as tx:
            for statement in statements:
                await tx.execute(sa.text(statement))

    async def states(self, obligation_id: UUID, role: str = "reporter") -> dict[str, str]:
        query = "select stage, state from reminder where obligation_id = :id and role = :role"
        return {row.stage: row.state for row in await self.rows(query, id=obligation_id, role=role)}

    async def published(self) -> list[Event]:
        async with self.engine.connect() as tx:
            values = await tx.execute(sa.select(messaging.outbox.c.value).order_by(messaging.outbox.c.id))
            return [parse(value) for value in values.scalars()]


@dataclass
class ApiClients:
    """The API on the system's database; `as_` gives a client with somebody's token."""

    app: FastAPI
    issuer: Issuer

    def as_(self, role: str, unit: str = "SO_NOI_VU", **headers: str) -> httpx.AsyncClient:
        token = self.issuer.token(role, unit)
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://test",
            headers={"Authorization": f"Bearer {token}", **headers},
        )


async def due(service: Parts, *obligations: ObligationEvents) -> None:
    """The T-30 reminder of each is due."""
    await service.consume(*(obligation.opened() for obligation in obligations))
    await service.ticker.tick()


async def until_waiting(service: Parts, count: int) -> None:
    """Until so many wait for a lock of the database."""
    query = "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    async with asyncio.timeout(10):
        while len(await service.rows(query)) < count:
            await asyncio.sleep(0.02)


async def outcomes(service: Parts) -> list[tuple[str, int | None]]:
    rows = await service.rows("select state, smtp_code from delivery order by finished_at, id")
    return [(row.state, row.smtp_code) for row in rows]
