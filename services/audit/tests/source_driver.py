"""The service with a clock that stands still, for tests about the sources."""

import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from audit.commands.gap_watch import watch_once
from audit.worker import contradicting, log_events
from services.audit.tests.audit_driver import Audit, records
from services.audit.tests.producer import SOURCE
from services.audit.tests.sample_events import THEN
from shared.clock import Clock
from shared.messaging import BatchConsumer

GRACE = timedelta(seconds=30)


class SetClock(Clock):
    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time


class SourceDriver:
    """The service with a clock that stands still: batches go in, and `sources` is what its API then says."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit
        self.clock = SetClock(THEN)
        audit.app.state.context = replace(audit.app.state.context, clock=self.clock)
        self.offset = 0

    async def consume(self, *values: bytes, partition: int = 0, sent_ms: int | None = None) -> None:
        """One batch through a worker of its own, as after a restart."""
        consumer = BatchConsumer(self.audit.engine, "audit", log_events(self.clock, GRACE), contradicting=contradicting)
        sent = int(time.time() * 1000) if sent_ms is None else sent_ms
        await consumer.consume(records(*values, first=self.offset, partition=partition, sent_ms=sent))
        self.offset += len(values)

    async def wait(self, seconds: float) -> None:
        self.clock.time += timedelta(seconds=seconds)
        await watch_once(self.audit.engine, self.clock, GRACE)

    async def sources(self) -> dict[str, dict[str, Any]]:
        answer = await self.audit.get("/api/v1/sources")
        assert answer.status_code == 200 and answer.json()["next"] is None, answer.text
        return {item["source"]: item for item in answer.json()["items"]}

    async def gaps(self, source: str = SOURCE) -> list[tuple[str, int, int, bool]]:
        """kind, first, last, whether it is open."""
        gaps = (await self.sources())[source]["gaps"]
        return [(gap["kind"], gap["first"], gap["last"], gap["closed_at"] is None) for gap in gaps]
