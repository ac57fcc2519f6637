"""GET sources: how far the log has the events of each source, and what is missing."""

from datetime import timedelta
from itertools import groupby

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from audit.http.context import AuditContext, CaseReader, Context
from audit.http.schemas import GapItem, SourceItem, SourceList
from audit.store import source_reading
from shared.clock import Clock
from shared.web.operations.header import CountMore

router = APIRouter(prefix="/api/v1/sources", tags=["sources"])


@router.get("", response_model=SourceList)
async def list_sources(context: Context, person: CaseReader) -> SourceList:
    """Every source, its newest open gaps first and then its last closed ones. There is no next page."""
    return SourceList(items=await sources(context), next=None)


def count_troubled(clock: Clock, silent_after: timedelta) -> CountMore:
    """Counts the open gaps and the silent sources, for the header of the pages of ops."""

    async def count(tx: AsyncConnection) -> int:
        now = clock.now()
        silent = sum(state.is_silent(now, silent_after) for state in await source_reading.states(tx))
        return silent + sum((await source_reading.open_gaps(tx)).values())

    return count


async def sources(context: AuditContext) -> list[SourceItem]:
    async with context.engine.connect() as tx:
        states = await source_reading.states(tx)
        gaps = await source_reading.gaps(tx)
    by_source = {source: [GapItem.of(gap) for gap in own] for source, own in groupby(gaps, lambda gap: gap.source)}
    now = context.clock.now()
    return [
        SourceItem.of(state, by_source.get(state.source, []), silent=state.is_silent(now, context.silent_after))
        for state in states
    ]
