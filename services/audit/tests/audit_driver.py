"""The service on a database of its own, and records as Kafka gives them."""

from dataclasses import dataclass
from typing import Any

import httpx
import sqlalchemy as sa
from aiokafka import ConsumerRecord
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from audit.settings import AuditSettings
from audit.worker import contradicting, log_events
from shared.clock import Clock
from shared.events import (
    Event,
)
from shared.messaging import BatchConsumer
from tiendo_local.issuer import Issuer

BODIES = {"leader": "UBND_TINH"}
"""Of which body a role is that is not of the coordinator's."""
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
        return BatchConsumer(self.engine, "audit", log_events(Clock()), contradicting=contradicting)

    async def log(self, *events: Event, first: int = 0) -> None:
        await self.worker().consume(records(*(event.to_bytes() for event in events), first=first))

    async def rows(self, statement: str) -> list[Any]:
        async with self.engine.connect() as tx:
            return list((await tx.execute(sa.text(statement))).all())

    def as_(self, role: str, unit: str = "") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.issuer.token(role, unit or BODIES.get(role, 'SO_NOI_VU'))}"}

    async def get(self, path: str, role: str = "auditor", of: str = "", **params: Any) -> httpx.Response:
        return await self.client.get(path, params=params or None, headers=self.as_(role, of))

    async def items(self, **params: Any) -> list[dict[str, Any]]:
        answer = await self.get("/api/v1/events", **params)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items
