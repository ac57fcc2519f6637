"""GET checksum: what the live state sums up to now, and the result of the latest rebuild. For ops and auditors."""

import asyncio

import sqlalchemy as sa
from fastapi import APIRouter

from aggregation.http.context import AggregationContext, Context, Overseer
from aggregation.http.schemas import ChecksumSchema, RebuildSchema, TableSumSchema
from aggregation.store import rebuilds
from aggregation.store.checksum import Checksum, checksum
from shared.errors import Problem

SECONDS = 25
router = APIRouter(prefix="/api/v1", tags=["rebuild"])
# It reads every fact: one at a time, whoever asks.
_one_at_a_time = asyncio.Lock()


@router.get("/checksum", response_model=ChecksumSchema)
async def live_checksum(context: Context, person: Overseer) -> ChecksumSchema:
    """SHA-256 over obligations, revisions, facts, cells and values as they stand together at this instant."""
    computed_at = context.clock.now()
    try:
        async with asyncio.timeout(SECONDS), _one_at_a_time:
            live, latest = await _computed(context)
    except TimeoutError as error:
        text = context.messages.text("fault.checksum_timeout")
        raise Problem(503, "checksum-timeout", text, headers={"Retry-After": "60"}) from error
    exact = context.policy.needs_to_know(person)
    if latest and not exact:
        latest = latest.model_copy(update={"live_checksum": None, "rebuilt_checksum": None})
    return ChecksumSchema(
        checksum=live.sha256 if exact else None,
        facts=live.facts,
        computed_at=computed_at,
        tables=[
            TableSumSchema(table=name, rows=table.rows, checksum=table.sha256 if exact else None)
            for name, table in live.tables.items()
        ],
        latest=latest,
    )


async def _computed(context: AggregationContext) -> tuple[Checksum, RebuildSchema | None]:
    async with context.snapshot() as tx:
        await tx.execute(sa.text(f"set local statement_timeout = '{SECONDS}s'"))
        live = await checksum(tx)
        latest = await rebuilds.latest(tx, 1)
    return live, RebuildSchema.model_validate(latest[0], from_attributes=True) if latest else None
