"""Pages of the log: the search, one event, and everything about one obligation."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from audit.http.context import Context, Reader
from audit.http.events import detail, find, listing, note_read, read_paging, shown_to
from audit.pages.log_lines import is_illustrative, log_lines, obligation_of
from audit.pages.page_faults import page_faults
from audit.rules.entry import ListedEntry
from audit.rules.search import SHORT_TYPES, read_search
from audit.rules.texts import text
from audit.rules.vocabulary import newest_first
from audit.store import entries
from shared.calendar.written import iso_of, office_of
from shared.disclosure import disclosed_document
from shared.errors import not_found
from shared.text.identifier import read_uuid, writings
from shared.web import cursor as cursors
from shared.web.cursor import Cursor
from shared.web.query.check import QueryFaults
from shared.web.shell.page import page
from shared.web.shell.unit_choice import unit_groups

SHOWN = 50
DAYS = ("from", "to")
SHOWN_OF_TIMELINE = 200
router = APIRouter(include_in_schema=False)


class LogQuery(BaseModel, frozen=True):
    """As typed: the page shows what is wrong beside it."""

    type: str = ""
    subject: str = ""
    unit: str = ""
    period: str = ""
    from_: str = Field("", alias="from")
    to: str = ""
    source: str = ""
    q: str = ""
    order: str = ""
    cursor: str = ""


@router.get("/log")
async def log(
    request: Request,
    context: Context,
    person: Reader,
    query: Annotated[LogQuery, Query()],
    unread: QueryFaults,
) -> Response:
    typed = query.model_dump(by_alias=True)
    cursor = typed.pop("cursor")
    search, faults = read_search(typed | {name: iso_of(typed[name]) for name in DAYS}, context.vocabulary)
    _, after = read_paging({"cursor": cursor}, faults)
    faults += unread
    search = replace(search, units=context.searched_units(person, search.units))
    listed: cursors.Listing = {"items": [], "next": None}
    if not faults:
        listed = await listing(context, person, search, after, SHOWN)
    lines = await log_lines(context, listed["items"])
    filters = {name: value for name, value in typed.items() if value}
    return page(
        request,
        "log.html",
        422 if faults else 200,
        typed=typed | {name: office_of(typed[name]) for name in DAYS},
        faults=page_faults(faults),
        lines=lines,
        own=person.own_unit,
        named=newest_first(
            search.called or (search.units if typed["unit"] not in search.units and not person.own_unit else ())
        ),
        types=list(SHORT_TYPES),
        groups=unit_groups(context.catalogue, context.clock.today()),
        filtered=bool(filters),
        next_url=_address("/log", filters, listed["next"]),
        first_url=f"/log?{urlencode(filters)}" if after is not None else None,
        illustrative=await is_illustrative(context, lines),
    )


@router.get("/events/{event_id}")
async def event(request: Request, event_id: str, context: Context, person: Reader) -> Response:
    entry = await find(context, event_id, person)
    shown = detail(context, person, entry)
    [line] = await log_lines(context, [shown])
    exact = context.may_read_exactly(person, entry.unit)
    document = disclosed_document(context.policy, person, json.loads(entry.body), lambda: context.answers_for(person))
    return page(
        request,
        "event.html",
        line=line,
        detail=shown,
        bytes=len(entry.body),
        pretty=json.dumps(document, ensure_ascii=False, indent=2),
        exact=entry.body.decode(errors="replace") if exact else None,
        illustrative=await is_illustrative(context, [line]),
    )


@router.get("/subjects/{subject:path}")
async def timeline(request: Request, subject: str, context: Context, person: Reader, cursor: Cursor = None) -> Response:
    """Everything about one obligation or subject, in the order it happened. Problem 404 when the log has nothing."""
    after = cursors.decode(cursor, datetime, int)
    if after is not None and not 0 <= after[1] < 2**63:
        raise cursors.bad_cursor()
    happened: list[ListedEntry] = []
    if len(subject) <= 200 and "\0" not in subject:
        units = context.readable_units(person)
        async with context.engine.connect() as tx:
            happened = await entries.timeline(tx, writings(subject), units, after, SHOWN_OF_TIMELINE + 1)
    if not happened:
        raise not_found(text("problem.no_subject"))
    note_read(context, person, happened)
    listed = cursors.listing(
        happened,
        SHOWN_OF_TIMELINE,
        lambda entry: (entry.time, entry.index),
        shown_to(context, person),
    )
    lines = await log_lines(context, listed["items"])
    first_url = f"/subjects/{quote(subject, safe='')}"
    return page(
        request,
        "timeline.html",
        reference=read_uuid(subject),
        about=obligation_of(lines),
        lines=lines,
        next_url=_address(first_url, {}, listed["next"]),
        first_url=first_url if after else None,
        illustrative=await is_illustrative(context, lines),
    )


def _address(path: str, filters: Mapping[str, str], cursor: str | None) -> str | None:
    return f"{path}?{urlencode({**filters, 'cursor': cursor})}" if cursor else None
