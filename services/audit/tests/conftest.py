"""A migrated database per test, events as they stand in Kafka, and a signed-in client."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from aiokafka import ConsumerRecord
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from audit.app import create_app
from audit.settings import AuditSettings
from audit.worker import log_events
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.events import Event, NotificationSent, ObligationOpened, SubmissionReceived
from shared.messaging import BatchConsumer
from tiendo_local.issuer import Issuer

UNIT, OTHER = "24736@2025-07-01", "24615@2025-07-01"
THEN = datetime(2026, 12, 14, 16, 12, tzinfo=UTC)


def opened(duty: UUID, *, unit: str = UNIT, time: datetime = THEN) -> Event:
    data = ObligationOpened(
        obligation_id=duty, obligation="O1", form="B01-XA", unit=unit, period="2026", version=1, due_at=THEN
    )
    return Event.of(data, source="/submissions", subject=str(duty), time=time, catalogue_version="0" * 64)


def received(duty: UUID, revision: int = 1, *, unit: str = UNIT, time: datetime = THEN, period: str = "2026") -> Event:
    data = SubmissionReceived(
        obligation_id=duty,
        submission_id=uuid4(),
        obligation="O1",
        form="B01-XA",
        unit=unit,
        period=period,
        version=revision + 1,
        revision=revision,
        received_at=time,
        due_at=THEN,
        content_sha256="0" * 64,
        observations=[],
    )
    return Event.of(data, source="/submissions", subject=str(duty), time=time, catalogue_version="0" * 64)


def notified(duty: UUID, stage: str = "T-30", *, unit: str = UNIT) -> Event:
    data = NotificationSent(
        reminder_id=uuid4(),
        obligation_id=duty,
        unit=unit,
        period="2026",
        stage=stage,
        channel="email",
        recipient_role="reporter",
        attempt=1,
    )
    return Event.of(data, source="/notifications", subject=str(duty), time=THEN, catalogue_version="0" * 64)


LONG_AGO_MS = 1_700_000_000_000


def records(*values: bytes, first: int = 0, partition: int = 0, sent_ms: int = LONG_AGO_MS) -> list[ConsumerRecord]:
    """Kafka records with the values at the offsets `first`, `first` + 1, …"""
    return [
        ConsumerRecord(
            topic="submissions.v1",
            partition=partition,
            offset=first + place,
            timestamp=sent_ms,
            timestamp_type=0,
            key=b"key",
            value=value,
            checksum=None,
            serialized_key_size=3,
            serialized_value_size=len(value),
            headers=(),
        )
        for place, value in enumerate(values)
    ]


@dataclass(frozen=True)
class Audit:
    """The service on a database of its own: `log` does what its worker does with a batch, `client` asks its API."""

    settings: AuditSettings
    engine: AsyncEngine
    app: FastAPI
    client: httpx.AsyncClient
    issuer: Issuer

    def worker(self) -> BatchConsumer:
        return BatchConsumer(self.engine, "audit", log_events(Clock()))

    async def log(self, *events: Event, first: int = 0) -> None:
        await self.worker().consume(records(*(event.to_bytes() for event in events), first=first))

    async def rows(self, statement: str) -> list[Any]:
        async with self.engine.connect() as tx:
            return list((await tx.execute(sa.text(statement))).all())

    def as_(self, role: str, unit: str = "SO_NOI_VU") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.issuer.token(role, unit)}"}

    async def get(self, path: str, role: str = "auditor", of: str = "SO_NOI_VU", **params: Any) -> httpx.Response:
        return await self.client.get(path, params=params or None, headers=self.as_(role, of))

    async def items(self, **params: Any) -> list[dict[str, Any]]:
        answer = await self.get("/api/v1/events", **params)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    yield Issuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture
async def audit(database: Any, migrated: Callable[[str], str], issuer: Issuer) -> AsyncIterator[Audit]:
    offset = (datetime(2026, 12, 16, 2, tzinfo=UTC) - datetime.now(UTC)) / timedelta(seconds=1)
    settings = AuditSettings(
        environment="test",
        database_url=database("audit", template=migrated("audit")),
        jwks_file=Path(issuer.jwks_file),
        local_issuer_key_file=Path(issuer.key_file),
        clock_offset_seconds=offset,
    )
    app = create_app(settings)
    engine = create_engine(settings)
    transport = httpx.ASGITransport(app=app)
    client = httpx.AsyncClient(transport=transport, base_url="http://audit.test")
    async with client, app.router.lifespan_context(app):
        yield Audit(settings, engine, app, client, issuer)
    await engine.dispose()
