"""The page of the sources: whether the log has everything that was sent."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from audit.http.context import CaseReader, Context
from audit.http.schemas import GapItem, SourceItem
from audit.http.sources import sources
from audit.rules.sources.source import Kind
from audit.rules.texts import text, texts
from shared.text import Text
from shared.web.shell.page import page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source as the page shows it."""

    name: Text
    item: SourceItem

    @property
    def broken(self) -> list[Kind]:
        """The kinds of its open gaps, except missing events: the page counts those."""
        return sorted({gap.kind for gap in self.item.gaps if gap.closed_at is None} - {"missing"})


@dataclass(frozen=True, slots=True)
class SourceGap:
    """A gap with the name of its source."""

    source: Text
    gap: GapItem


def name_of(source: str) -> Text:
    """What people call the source; its own address for one that we do not know."""
    key = f"service.{source.removeprefix('/')}"
    return text(key) if key in texts() else Text(source, source)


@router.get("/sources")
async def list_sources(request: Request, context: Context, person: CaseReader) -> Response:
    lines = [SourceLine(name_of(item.source), item) for item in await sources(context)]
    gaps = [SourceGap(line.name, gap) for line in lines for gap in line.item.gaps]
    return page(
        request,
        "sources.html",
        lines=lines,
        open=[item for item in gaps if item.gap.closed_at is None],
        closed=[item for item in gaps if item.gap.closed_at],
        silent_seconds=round(context.silent_after.total_seconds()),
    )
