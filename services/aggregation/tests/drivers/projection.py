"""Aggregation on a real database: events go in as one batch, values and published events come out."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.commands.aggregate import Aggregator
from aggregation.rules.records import ValueKey
from aggregation.store import indicator_values
from services.aggregation.tests.drivers.event_writer import record_of
from shared.catalogue import Catalogue
from shared.events import (
    Event,
)
from shared.messaging import Received


@dataclass
class Projection:
    engine: AsyncEngine
    aggregator: Aggregator
    catalogue: Catalogue
    statements: list[str] = field(default_factory=list)

    async def deliver(self, events: Iterable[Event]) -> None:
        """One batch in one transaction, as the consumer does; counts its statements."""
        batch = [Received(event, record_of(event)) for event in events]
        self.statements.clear()

        def on_execute(*args: Any) -> None:
            self.statements.append(args[2])

        sa.event.listen(self.engine.sync_engine, "before_cursor_execute", on_execute)
        try:
            async with self.engine.begin() as tx:
                await self.aggregator.apply(tx, batch)
        finally:
            sa.event.remove(self.engine.sync_engine, "before_cursor_execute", on_execute)

    async def value(self, measure: str, period: str, basis: Any = "received", unit: str | None = None) -> Any:
        unit = unit or self.catalogue.plan.root
        async with self.engine.connect() as tx:
            values = await indicator_values.values_of(tx, unit=unit, basis=basis, periods=[period])
        return values[ValueKey(measure, unit, period, basis)]

    async def published(self) -> list[dict[str, Any]]:
        """Events in the outbox, in order."""
        async with self.engine.connect() as tx:
            rows = (await tx.execute(sa.text("select value from outbox order by id"))).scalars()
            return [json.loads(bytes(row)) for row in rows]
