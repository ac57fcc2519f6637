"""A database with the messaging tables and one effect table, and settings of a service that exists only here."""

import signal
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import pytest
import sqlalchemy as sa
from aiokafka import ConsumerRecord
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.database.engine import create_engine
from shared.events import DeadlineApproaching, Event
from shared.messaging import Received, messaging_tables
from shared.settings import ServiceSettings
from tiendo_local.servers import broker as brokers
from tiendo_local.servers.broker import Broker
from tiendo_local.workspace import find

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


class ProbeSettings(ServiceSettings):
    service: ClassVar[str] = "probe"
    default_port: ClassVar[int] = 0


@dataclass(frozen=True)
class ServiceProbe:
    """A service that writes down what it was given, and fails on events whose stage says so."""

    engine: AsyncEngine
    settings: ProbeSettings
    effect: sa.Table

    async def apply(self, tx: AsyncConnection, received: list[Received]) -> None:
        await tx.execute(sa.insert(self.effect), [{"event_id": r.event.id, "stage": stage(r)} for r in received])
        for r in received:
            if stage(r) == "poison":
                raise ValueError("a rule refuses this event")
            if stage(r) == "divide":
                await tx.execute(sa.text("select 1 / 0"))

    async def effects(self) -> list[str]:
        async with self.engine.connect() as connection:
            return list(
                (await connection.execute(sa.select(self.effect.c.event_id).order_by(self.effect.c.n))).scalars()
            )

    async def rows(self, statement: str) -> list[sa.Row[Any]]:
        async with self.engine.connect() as connection:
            return list((await connection.execute(sa.text(statement))).all())


def own_settings(settings: ProbeSettings, broker: Broker, name: str) -> ServiceSettings:
    """Of a service that no other test speaks for: a consumer group and a source of its own (letters only)."""

    class Own(ProbeSettings):
        service: ClassVar[str] = name.translate(str.maketrans("0123456789", "ghijklmnop"))

    kafka = {"kafka_bootstrap_servers": broker.bootstrap, "kafka_idempotent": broker.idempotent}
    return Own(**settings.model_dump() | kafka)


def stage(received: Received) -> str:
    assert isinstance(received.event.data, DeadlineApproaching)
    return received.event.data.stage


def an_event(stage: str = "T-7", *, key: str | None = None, source: str = "/probe") -> Event:
    obligation = uuid4()
    data = DeadlineApproaching(
        reminder_id=uuid4(),
        obligation_id=obligation,
        obligation="O1",
        form="B01-XA",
        unit="24615@2025-07-01",
        period="2026",
        due_at=NOW,
        stage=stage,
        days_left=7,
    )
    return Event.of(data, source=source, subject=key or str(obligation), time=NOW, catalogue_version="0" * 64)


def a_record(
    value: bytes | None, *, offset: int, partition: int = 0, headers: tuple[tuple[Any, Any], ...] = ()
) -> ConsumerRecord:
    return ConsumerRecord(
        topic="deadlines.v1",
        partition=partition,
        offset=offset,
        timestamp=1_700_000_000_000,
        timestamp_type=0,
        key=b"key",
        value=value,
        checksum=None,
        serialized_key_size=3,
        serialized_value_size=len(value or b""),
        headers=headers,
    )


_metadata = sa.MetaData()
messaging_tables(_metadata)
_effect = sa.Table(
    "effect",
    _metadata,
    sa.Column("n", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("event_id", sa.Text, unique=True),
    sa.Column("stage", sa.Text),
)


def _create_tables(url: str) -> None:
    engine = sa.create_engine(url.replace("+asyncpg", "+psycopg"), poolclass=sa.NullPool)
    with engine.begin() as tx:
        _metadata.create_all(tx)


@pytest.fixture
async def probe(
    database: Callable[..., str], template: Callable[[str, Callable[[str], None]], str]
) -> AsyncIterator[ServiceProbe]:
    url = database("probe", template=template("probe", _create_tables))
    settings = ProbeSettings(database_url=url, environment="test")
    engine = create_engine(settings)
    yield ServiceProbe(engine, settings, _effect)
    await engine.dispose()


@pytest.fixture(scope="session")
def mortal_broker(server_folder: Path) -> Iterator[Broker]:
    server = brokers.choose(server_folder / "mortal", find())
    yield server
    server.kill()


@pytest.fixture
def own_broker(mortal_broker: Broker) -> Iterator[Broker]:
    """A broker that this test may stop or kill. The next that asks for one finds it running again."""
    child = mortal_broker.child
    if child is None or not child.alive:
        mortal_broker.start()
    yield mortal_broker
    if child is not None and child.alive:
        child.process.send_signal(signal.SIGCONT)  # type: ignore[union-attr]
