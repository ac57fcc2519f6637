"""GET sources: how far each source has come into the log, and what is missing."""

from itertools import groupby

from fastapi import APIRouter

from audit.http.context import AuditContext, CaseReader, Context
from audit.http.schemas import GapItem, SourceItem, SourceList
from audit.rules.source import is_silent
from audit.store import source_reading

router = APIRouter(prefix="/api/v1/sources", tags=["sources"])


@router.get("", response_model=SourceList)
async def list_sources(context: Context, person: CaseReader) -> SourceList:
    """Every source, its newest open gaps first and then its last closed ones. There is no next page."""
    return SourceList(items=await sources(context), next=None)


async def sources(context: AuditContext) -> list[SourceItem]:
    async with context.engine.connect() as tx:
        rows = await source_reading.states(tx)
        gaps = await source_reading.gaps(tx)
    by_source = {
        source: [GapItem(**{name: gap[name] for name in GapItem.model_fields}) for gap in found]
        for source, found in groupby(gaps, lambda gap: str(gap["source"]))
    }
    now = context.clock.now()
    return [
        SourceItem(
            **row,
            silent=is_silent(row["last_heartbeat_at"], row["last_event_at"], now, context.silent_after),
            gaps=by_source.get(row["source"], []),
        )
        for row in rows
    ]
