"""Letters of the probe, and what stands in its database."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.access import Person
from shared.clock import Clock
from shared.events import Event, parse
from shared.messaging import Apply, BatchConsumer, Received
from shared.messaging.dead_letter import DeadLetters

from ..conftest import ServiceProbe, a_record

THEN = datetime(2026, 11, 25, 2, tzinfo=UTC)
BY = Person("ops", "SO_NOI_VU", "subject-of-ops")
ANOTHER = Person("ops", "DAK_NONG", "another")


class StandingClock(Clock):
    def now(self) -> datetime:
        return THEN


def letters_of(probe: ServiceProbe, apply: Apply) -> DeadLetters:
    return DeadLetters(probe.engine, "probe", apply, StandingClock(), "0" * 64)


def mended(probe: ServiceProbe) -> Apply:
    """Today's code: writes down what yesterday's refused."""

    async def apply(tx: AsyncConnection, received: list[Received]) -> None:
        rows = [{"event_id": r.event.id, "stage": r.record.topic} for r in received]
        await tx.execute(sa.insert(probe.effect), rows)

    return apply


async def set_aside(probe: ServiceProbe, *values: bytes | None, first: int = 0) -> list[int]:
    """The ids of the letters that yesterday's code made of these records, and of all before: `first` is an offset."""
    records = [
        a_record(v, offset=first + n, headers=(("trace", b"\xff"), ("none", None))) for n, v in enumerate(values)
    ]
    await BatchConsumer(probe.engine, "probe", probe.apply).consume(records)
    return [row.id for row in await probe.rows('select id from dead_letter order by "offset"')]


async def everything(probe: ServiceProbe) -> list[list[sa.Row[object]]]:
    tables = ("dead_letter", "inbox", "effect", "outbox")
    return [await probe.rows(f"select * from {table} order by 1") for table in tables]


async def told(probe: ServiceProbe) -> list[Event]:
    return [parse(row.value) for row in await probe.rows("select value from outbox order by id")]
