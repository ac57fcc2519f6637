"""The page of operations: what waits in all four services, at a glance."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from audit.http.context import AuditContext, Context
from audit.http.events import listing
from audit.http.sources import sources
from audit.pages.log_lines import LogLine, log_lines
from audit.pages.refused_records import refused_records
from audit.pages.service_reports import Unanswered, ask
from audit.pages.source_pages import SourceLine, name_of
from audit.rules.search import SHORT_TYPES, Search
from audit.settings import AuditSettings
from shared.access import Person
from shared.auth import token_of
from shared.span_processors.slow_traces import SLOW_SECONDS
from shared.web.operations.api import Report, Watcher
from shared.web.operations.report import NEWEST
from shared.web.operations.schemas import ServiceOperations, SlowTraceItem
from shared.web.shell.page import page

SLOW_SHOWN = 10
REBUILT = SHORT_TYPES["projection.rebuilt"]
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class SlowLine:
    """A slow trace with the service that saw it."""

    service: str
    trace: SlowTraceItem


@router.get("/operations")
async def show_operations(request: Request, context: Context, report: Report, person: Watcher) -> Response:
    settings: AuditSettings = request.app.state.settings
    others, own = await asyncio.gather(ask(settings.other_services, token_of(request)), report.now())
    reports = [*others, own]
    answered = [one for one in reports if isinstance(one, ServiceOperations)]
    return page(
        request,
        "operations.html",
        reports=reports,
        unanswered=[one for one in reports if isinstance(one, Unanswered)],
        records=refused_records(answered),
        letters_shown=NEWEST,
        sources=[SourceLine(name_of(item.source), item) for item in await sources(context)],
        silent_seconds=round(context.silent_after.total_seconds()),
        rebuilt=await _last_rebuild(context, person),
        slow=_slowest(answered),
        slow_seconds=SLOW_SECONDS,
        slow_shown=SLOW_SHOWN,
    )


async def _last_rebuild(context: AuditContext, person: Person) -> LogLine | None:
    """From the log, which hears of every rebuild that ended."""
    newest = await listing(context, person, Search(type=REBUILT), None, 1)
    lines = await log_lines(context, newest["items"])
    return lines[0] if lines else None


def _slowest(reports: Sequence[ServiceOperations]) -> list[SlowLine]:
    lines = [SlowLine(report.service, trace) for report in reports for trace in report.slow_traces]
    return sorted(lines, key=lambda line: line.trace.seconds, reverse=True)[:SLOW_SHOWN]
