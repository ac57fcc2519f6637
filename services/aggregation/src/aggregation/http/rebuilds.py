"""GET checksum: what the live state sums up to now, and what the latest rebuild found. For ops and auditors."""

import asyncio
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request

from aggregation.http.query import AggregationContext, context_of
from aggregation.http.schemas import ChecksumSchema, RebuildSchema, TableSumSchema
from aggregation.store import rebuilds
from aggregation.store.checksum import Checksum, checksum
from shared.auth import Person, require
from shared.errors import Problem
from shared.text import Text

SECONDS = 25
Overseer = Annotated[Person, Depends(require("ops", "auditor"))]
router = APIRouter(prefix="/api/v1", tags=["rebuild"])
# It reads every fact: one at a time, whoever asks.
_one_at_a_time = asyncio.Lock()
_SLOW = Text(
    "Chưa tính xong trong thời gian cho phép; thử lại sau, hoặc xem kết quả lần tính lại gần nhất.",
    "Not computed in the time allowed; try again later, or look at the latest rebuild.",
)


@router.get("/checksum", response_model=ChecksumSchema)
async def live_checksum(request: Request, person: Overseer) -> ChecksumSchema:
    """SHA-256 over obligations, revisions, facts, cells and values as they stand together at this instant."""
    context = context_of(request)
    computed_at = context.clock.now()
    try:
        async with asyncio.timeout(SECONDS), _one_at_a_time:
            live, latest = await _computed(context)
    except TimeoutError as error:
        raise Problem(503, "checksum-timeout", _SLOW, headers={"Retry-After": "60"}) from error
    return ChecksumSchema(
        checksum=live.sha256,
        facts=live.facts,
        computed_at=computed_at,
        tables=[TableSumSchema(table=n, rows=t.rows, checksum=t.sha256) for n, t in live.tables.items()],
        latest=latest,
    )


async def _computed(context: AggregationContext) -> tuple[Checksum, RebuildSchema | None]:
    async with context.engine.connect() as connection:
        tx = await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        await tx.execute(sa.text(f"set local statement_timeout = '{SECONDS}s'"))
        live = await checksum(tx)
        found = await rebuilds.latest(tx, 1)
    return live, RebuildSchema.model_validate(found[0], from_attributes=True) if found else None
